//! The screens have three doors to the core: the client's calls, the shell's commands, the preview's. They are
//! the same commands (docs/adr/0006).

use std::collections::BTreeSet;

fn quoted<'a>(text: &'a str, before: &str, quote: char) -> BTreeSet<&'a str> {
    text.match_indices(before)
        .filter_map(|(at, _)| text[at + before.len()..].split(quote).next())
        .filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        .collect()
}

#[test]
fn client_shell_preview_and_permissions_name_the_same_commands() {
    let preview: BTreeSet<_> = jobsheet_preview::COMMANDS.iter().copied().collect();
    let permissions = include_str!("../../src-tauri/permissions/app.toml");
    assert_eq!(quoted(permissions, "  \"", '"'), preview, "src-tauri/permissions/app.toml");

    let client = include_str!("../../ui/src/core/client.ts");
    let mut called: BTreeSet<_> = client
        .split("call<")
        .skip(1)
        .filter_map(|part| part.split_once(">('")?.1.split('\'').next())
        .collect();
    called.extend(quoted(client, "callBytes('", '\''));
    assert_eq!(called, preview, "ui/src/core/client.ts");

    let shell = include_str!("../../src-tauri/src/commands.rs");
    let declared: BTreeSet<_> = shell
        .match_indices("#[tauri::command]\nasync fn ")
        .filter_map(|(at, head)| shell[at + head.len()..].split('(').next())
        .collect();
    assert_eq!(declared, preview, "src-tauri/src/commands.rs");
}

/// A worker compiles WebAssembly, which the page may not (docs/adr/0012).
#[test]
fn workers_are_served_with_one_policy_by_the_shell_and_the_preview() {
    let shell = include_str!("../../src-tauri/src/policy.rs");
    let names = include_str!("../../ui/vite.config.ts");
    let (policy, worker) = (jobsheet_preview::WORKER_CSP, jobsheet_preview::WORKER);
    assert!(shell.contains(&format!("\"{policy}\"")), "src-tauri/src/policy.rs: {policy}");
    assert!(shell.contains(&format!("\"/{worker}\"")), "src-tauri/src/policy.rs: {worker}");
    assert!(names.contains(&format!("'{worker}[name]-[hash].js'")), "ui/vite.config.ts: {worker}");
}
