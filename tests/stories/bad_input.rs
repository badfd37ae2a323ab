//! Bad input meets a clear error and loses nothing.
