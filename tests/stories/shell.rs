//! What the shell may do on the machine it runs on, and why. Whoever gives it more says here what for: these lists and
//! the files must name the same things.

use crate::sources::{files, root};
use jobsheet_model::link::SCHEME;
use serde_json::Value;
use std::collections::BTreeSet;

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// What the one window may call.
const PERMISSIONS: &[(&str, &str)] = &[
    ("core:event:allow-listen", "the core says what has changed"),
    ("core:event:allow-unlisten", "and a screen that is gone hears no more"),
    ("technician", "the commands of the core; tests/stories/doors.rs compares them"),
    ("shell", "the link that opened the app, and whether the phone may tell of offers"),
    ("opener:allow-open-url", "calling, writing and finding the way, by the schemes below"),
];

/// What the window may hand to the system. Each is a link on a screen (ui/src/screens/job); no web page is among them.
const OUTSIDE: &[(&str, &str)] = &[
    ("tel:*", "calling the customer (A23)"),
    ("sms:*", "writing that one comes later"),
    ("geo:0,0[?]q=*", "the way to the site, in any map app of Android"),
    ("maps://[?]daddr=*", "the same on iOS"),
    ("androidamap://*", "AMap on Android"),
    ("iosamap://*", "AMap on iOS"),
    ("baidumap://map/direction[?]*", "Baidu Maps"),
];

/// What the shell's own commands, which the core does not have, are.
const SHELL: &[(&str, &str)] = &[
    ("next_link", "what the newest link from outside opens"),
    ("may_notify", "whether the person was asked about notices, and what they said"),
    ("ask_to_notify", "asking them"),
];

fn names(list: &[(&str, &str)]) -> BTreeSet<String> {
    let names: BTreeSet<_> = list.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names.len(), list.len(), "a name stands twice");
    names
}

#[test]
fn the_window_may_do_no_more_than_it_needs() {
    let mut there = Vec::new();
    files(&root().join("src-tauri/capabilities"), &[""], &mut there);
    assert_eq!(there, [root().join("src-tauri/capabilities/default.json")], "one capability");
    let capability = json("src-tauri/capabilities/default.json");
    let members: BTreeSet<_> =
        capability.as_object().expect("an object").keys().map(String::as_str).collect();
    // No `remote`: what is loaded from elsewhere may do nothing. No `webviews`, no `platforms`.
    assert_eq!(members, BTreeSet::from(["$schema", "identifier", "description", "windows", "permissions"]));
    assert_eq!(capability["windows"], serde_json::json!(["main"]));

    let (mut permissions, mut outside) = (BTreeSet::new(), BTreeSet::new());
    for permission in capability["permissions"].as_array().expect("a list") {
        let Some(scoped) = permission.as_object() else {
            permissions.insert(permission.as_str().expect("a name").to_owned());
            continue;
        };
        permissions.insert(scoped["identifier"].as_str().expect("a name").to_owned());
        for entry in scoped["allow"].as_array().expect("a scope") {
            let entry = entry.as_object().expect("an address");
            assert_eq!(entry.keys().collect::<Vec<_>>(), ["url"], "no program is named to open it with");
            outside.insert(entry["url"].as_str().expect("a pattern").to_owned());
        }
    }
    assert_eq!(permissions, names(PERMISSIONS));
    assert_eq!(outside, names(OUTSIDE));
    for pattern in &outside {
        let scheme = pattern.split(':').next().expect("a scheme");
        assert!(!["http", "https", "file", "javascript", "data", "*", ""].contains(&scheme), "{pattern}");
    }
}

#[test]
fn the_shells_own_commands_are_few_and_known() {
    let mut there = Vec::new();
    files(&root().join("src-tauri/permissions"), &[""], &mut there);
    assert_eq!(there, [root().join("src-tauri/permissions/app.toml")]);
    let permissions = text("src-tauri/permissions/app.toml");
    assert_eq!(permissions.matches("[[permission]]").count(), 2);
    let (_, shell) = permissions.split_once("identifier = \"shell\"").expect("the shell's");
    let (_, commands) = shell.split_once("commands.allow = [").expect("its commands");
    let commands = commands.split_once(']').expect("their end").0;
    assert_eq!(
        commands.split('"').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>(),
        names(SHELL)
    );
    let mut declared = BTreeSet::new();
    for source in ["links", "notices", "front", "keys", "policy", "lib"] {
        let source = text(&format!("src-tauri/src/{source}.rs"));
        let after = source.split("#[tauri::command]\npub async fn ").skip(1);
        declared.extend(after.map(|rest| rest.split(['<', '(']).next().unwrap_or_default().to_owned()));
        assert_eq!(
            source.matches("tauri::command").count(),
            source.matches("tauri::command]\npub async fn ").count()
        );
    }
    assert_eq!(declared, names(SHELL), "src-tauri/src");
}

#[test]
fn pages_run_nothing_that_is_not_ours() {
    let config = json("tauri.conf.json");
    let app = &config["app"];
    assert_eq!(app["withGlobalTauri"], false, "no global object that a stray script could call");
    let security = app["security"].as_object().expect("a policy");
    let members: BTreeSet<_> = security.keys().map(String::as_str).collect();
    // No asset protocol, no policy of its own for development, no frozen or loosened anything else.
    assert_eq!(members, BTreeSet::from(["csp", "dangerousDisableAssetCspModification"]));
    // Left alone: with a hash added for each style, what Vue sets by the document's own interface would go on, but
    // an engine that ignores 'self' beside hashes would load no stylesheet.
    assert_eq!(security["dangerousDisableAssetCspModification"], serde_json::json!(["style-src"]));
    let csp = security["csp"].as_str().expect("a policy");
    let directives: BTreeSet<&str> = csp.split(';').map(str::trim).collect();
    let wanted = [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        // Photos and drawings are shown from memory.
        "img-src 'self' blob: data:",
        // The calls to the core.
        "connect-src 'self' ipc: http://ipc.localhost",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ];
    assert_eq!(directives, BTreeSet::from(wanted));
    for word in ["unsafe-inline", "unsafe-eval", "https:", "*"] {
        assert!(!csp.contains(word), "{word} in the content security policy");
    }
    // What the built page would need a looser one for.
    let page = text("ui/index.html");
    for inline in ["style=", "onload=", "onclick=", "<style", "<script>"] {
        assert!(!page.contains(inline), "{inline} in ui/index.html");
    }
}

#[test]
fn every_system_hands_the_same_links_to_the_app() {
    let links = &json("tauri.conf.json")["plugins"]["deep-link"];
    assert_eq!(links["desktop"]["schemes"], serde_json::json!([SCHEME]));
    assert_eq!(links["mobile"], serde_json::json!([{ "scheme": [SCHEME], "appLink": false }]));
    let manifest = text("gen/android/app/src/main/AndroidManifest.xml");
    let schemes: Vec<_> = manifest.match_indices("android:scheme=").collect();
    assert_eq!(schemes.len(), 1);
    assert!(manifest.contains(&format!("<data android:scheme=\"{SCHEME}\" />")));
    assert!(jobsheet_model::enrol::LINK.starts_with(&format!("{SCHEME}:")));
}

/// What Android asks of the person or shows of the app in its store.
const ANDROID: &[(&str, &str)] = &[
    ("INTERNET", "the office"),
    ("CAMERA", "photos, and codes on plates and parts"),
    ("ACCESS_COARSE_LOCATION", "Android wants it beside the fine one"),
    ("ACCESS_FINE_LOCATION", "distance to the site, place of the arrival"),
    ("POST_NOTIFICATIONS", "telling of an offer"),
    ("VIBRATE", "an offer came, a code was read"),
];

#[test]
fn android_is_asked_for_what_is_needed_and_keeps_no_copy() {
    let manifest = text("gen/android/app/src/main/AndroidManifest.xml");
    let (mut wanted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for line in manifest.lines().filter(|line| line.contains("<uses-permission")) {
        let name = line.split("android.permission.").nth(1).and_then(|rest| rest.split('"').next());
        let into = if line.contains("tools:node=\"remove\"") { &mut refused } else { &mut wanted };
        into.insert(name.expect("a permission").to_owned());
    }
    assert_eq!(wanted, names(ANDROID));
    // Of the notification library, for notices at a set time: there are none.
    assert_eq!(refused, BTreeSet::from(["RECEIVE_BOOT_COMPLETED", "WAKE_LOCK"].map(str::to_owned)));

    for said in [
        "android:allowBackup=\"false\"",
        "android:dataExtractionRules=\"@xml/data_extraction_rules\"",
        "android:fullBackupContent=\"@xml/backup_rules\"",
        "android:usesCleartextTraffic=\"${usesCleartextTraffic}\"",
    ] {
        assert!(manifest.contains(said), "{said}");
    }
    // Only what a launcher or a link starts is open to other apps.
    assert_eq!(manifest.matches("android:exported=\"true\"").count(), 1);
    let rules = text("gen/android/app/src/main/res/xml/data_extraction_rules.xml");
    assert!(
        !rules.contains("<include") && !rules.contains("path="),
        "all of a domain, or what is new is copied"
    );
    let domains = ["root", "file", "database", "sharedpref", "external"];
    for domain in domains {
        let rule = format!("<exclude domain=\"{domain}\" />");
        assert_eq!(rules.matches(&rule).count(), 2, "{domain}: by the cloud, and to another phone");
        assert!(text("gen/android/app/src/main/res/xml/backup_rules.xml").contains(&rule), "{domain}");
    }
    let gradle = text("gen/android/app/build.gradle.kts");
    let release = "defaultConfig {\n        manifestPlaceholders[\"usesCleartextTraffic\"] = \"false\"";
    assert!(gradle.contains(release), "a released app speaks to the office in cipher only");
    let minimum = json("tauri.conf.json")["bundle"]["android"]["minSdkVersion"].as_u64().expect("a number");
    assert!(gradle.contains(&format!("minSdk = {minimum}\n")));
    let paths = text("gen/android/app/src/main/res/xml/file_paths.xml");
    assert_eq!(paths.matches("-path ").count(), 1, "{paths}");
    assert!(paths.contains("<external-files-path name=\"photos\" path=\"Pictures/\" />"));
}

#[test]
fn the_android_project_wears_the_icons_that_are_drawn() {
    let mut drawn = Vec::new();
    files(&root().join("icons/android"), &[".png", ".xml"], &mut drawn);
    assert!(drawn.len() > 20, "{}", drawn.len());
    for path in drawn {
        let name = path.strip_prefix(root().join("icons/android")).expect("below it");
        let worn = root().join("gen/android/app/src/main/res").join(name);
        let same = std::fs::read(&path).ok() == std::fs::read(&worn).ok();
        assert!(same, "{} is another: copy icons/android over it", worn.display());
    }
    let colour = json("icons/icons.json")["bg_color"].as_str().expect("a colour").replace('#', "#FF");
    assert!(
        text("gen/android/app/src/main/res/values/colors.xml").contains(&colour),
        "the splash is {colour}"
    );
}

#[test]
fn ios_is_told_why_in_both_languages() {
    let path = json("tauri.conf.json")["bundle"]["iOS"]["infoPlist"].as_str().expect("a path").to_owned();
    let info = text(&path);
    let chinese = text("src-tauri/ios/zh-Hans.lproj/InfoPlist.strings");
    let asked: Vec<_> = info
        .match_indices("UsageDescription</key>")
        .filter_map(|(at, _)| info[..at].rsplit("<key>").next())
        .collect();
    assert_eq!(asked, ["NSCamera", "NSLocationWhenInUse", "NSPhotoLibrary"]);
    for one in asked {
        let line = chinese.lines().find(|line| line.starts_with(&format!("{one}UsageDescription = \"")));
        assert!(
            line.is_some_and(|line| line.ends_with("\";") && line.chars().any(|c| c > '\u{2e80}')),
            "{one}"
        );
    }
    assert!(info.contains("<key>ITSAppUsesNonExemptEncryption</key>"), "export compliance is answered");
    assert!(info.contains("<key>UIFileSharingEnabled</key>\n\t<false/>"));
}
