//! The TypeScript types that the screens use are the ones this crate defines: `types/index.ts` is made from
//! them and this test fails when it is stale. `UPDATE=1 cargo test -p jobsheet-model --test types` writes it.

use jobsheet_model::{
    act, asset, board, change, charges, customer, diagnostics, document, hours, problem, reference, sheet,
    step, times, view, work_order, xlsform,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use ts_rs::{Config, TS};

/// One module of all types: what ts-rs writes into a file each, without the imports between them.
fn types() -> String {
    let dir = tempdir();
    let config = Config::new().with_out_dir(&dir).with_large_int("number");
    macro_rules! export {
        ($($t:ty),* $(,)?) => {$( <$t>::export_all(&config).expect(stringify!($t)); )*};
    }
    export![
        view::Opening,
        view::Session,
        view::SignedOut,
        view::Today,
        view::Job,
        view::Review,
        view::PartsFound,
        view::FaultsFound,
        view::Outbox,
        view::Event,
        view::Opens,
        view::ConsoleSession,
        view::Account,
        view::NewAccount,
        view::AccountEdit,
        view::Page<view::AuditEntry>,
        view::AuditEntry,
        jobsheet_model::table::Register,
        jobsheet_model::webhook::Webhook,
        jobsheet_model::webhook::NewWebhook,
        jobsheet_model::webhook::WebhookMade,
        jobsheet_model::table::TableTaken,
        view::ConsoleRow,
        view::ConsoleJob,
        view::ConsoleLane,
        view::LaneOrder,
        view::ConsoleArchive,
        view::ConsoleCustomers,
        view::ConsoleCustomer,
        view::ConsoleMachine,
        view::ConsoleVans,
        view::ConsolePhone,
        view::EnrolmentCode,
        view::UnlockCode,
        view::RescueFile,
        view::PaperFile,
        view::PaperKind,
        view::PhotoPlace,
        view::PhotoKept,
        view::CopyCode,
        view::RescueTaken,
        asset::Asset,
        hours::Hours,
        diagnostics::Diagnostics,
        board::ConsoleCandidates,
        board::ConsoleCrew,
        board::ConsoleArea,
        board::ConsoleRota,
        board::ConsoleBoard,
        view::ConsoleRequests,
        view::ConsoleRequest,
        view::RequestTaken,
        view::ConsoleStandards,
        view::ConsoleStandard,
        view::StandardSaved,
        xlsform::ReadChecklist,
        customer::CustomerFile,
        problem::Problem,
        change::Change,
        change::KnownWhat,
        step::KnownStepKind,
        step::KnownAnswer,
        sheet::Answered,
        sheet::Refusal,
        charges::Charges,
        document::Document,
        act::Act,
        reference::VanStock,
        times::Span,
        work_order::WorkOrder,
        change::DeclineReason,
        change::DelayReason,
        change::ContactOutcome,
        change::RatingReason,
        change::RefusalReason,
        change::UnfinishedReason,
        change::FollowUpKind,
    ];
    let mut declarations = BTreeMap::new();
    collect(&dir, &mut declarations);
    let _ = std::fs::remove_dir_all(&dir);
    let mut module = String::from(
        "// Made from crates/model by its test `types`; do not edit. Update: scripts/check --fix\n",
    );
    for text in declarations.values() {
        module.push('\n');
        module.push_str(text);
    }
    module
}

fn collect(dir: &Path, into: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(dir).expect("export folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            collect(&path, into);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("exported type");
        let body: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("import ") && !line.starts_with("// This file was generated"))
            .collect();
        let body = body.join("\n");
        into.insert(path, format!("{}\n", body.trim()));
    }
}

fn tempdir() -> PathBuf {
    std::env::temp_dir().join(format!("jobsheet-types-{}", std::process::id()))
}

#[test]
fn the_types_of_the_screens_are_those_of_the_model() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("types/index.ts");
    let fresh = types();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &fresh).expect("writing the types");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == fresh, "crates/model/types/index.ts is stale: run scripts/check --fix");
}
