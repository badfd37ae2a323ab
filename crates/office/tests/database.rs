//! What only PostgreSQL has. Without one (`scripts/with-postgres`) there is nothing to show here.

use jobsheet_office::{Office, Options};

#[test]
fn the_database_is_spoken_to_over_tls_by_whoever_its_certificate_names_and_nobody_else() {
    let told = |name| std::env::var(name).ok();
    let (Some(url), Some(ca)) = (told("JOBSHEET_TEST_DATABASE"), told("JOBSHEET_TEST_DATABASE_CA")) else {
        return;
    };
    // Whoever comes in the open is sent away.
    let url = url.replace("jobsheet@", "over_tls@") + "?schema=t_over_tls";
    let named = url.replace("127.0.0.1", "localhost");
    let opens = |url: String| {
        let folder = tempfile::tempdir().unwrap();
        let database = Some(url);
        Office::open(Options { database, ..Options::new(folder.path()) })
            .map(drop)
            .map_err(|why| format!("{why:#}"))
    };
    let refused = |url: String, word: &str| {
        let why = opens(url).unwrap_err();
        assert!(why.to_lowercase().contains(word), "{why}");
    };
    refused(format!("{named}&sslmode=disable"), "pg_hba");
    // Somebody that this machine does not trust, and somebody else's certificate.
    refused(format!("{named}&sslmode=verify-full"), "unknownissuer");
    refused(format!("{url}&sslrootcert={ca}"), "not valid for name");
    opens(format!("{named}&sslrootcert={ca}")).unwrap();
}
