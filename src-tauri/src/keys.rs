//! The system's key store, where there is one.

use keyring_core::CredentialStore;
use std::sync::Arc;

/// `None`: nothing of the kind answers here, and the core keeps its keys in files.
pub fn system() -> Option<Arc<CredentialStore>> {
    match store() {
        Ok(store) => Some(store),
        Err(why) => {
            tracing::warn!("no key store of the system: {why}");
            None
        }
    }
}

#[cfg(target_os = "linux")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(dbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "android")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(android_native_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "ios")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::protected::Store::new()?)
}

#[cfg(target_os = "windows")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}
