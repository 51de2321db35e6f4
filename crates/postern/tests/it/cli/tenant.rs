//! Organisations, from the operator's side.

use super::{Folder, postern, text};

/// Runs a command on the folder's data: whether it was done, and what was said.
fn run(folder: &Folder, arguments: &[&str]) -> (bool, String) {
    let data = folder.at("data");
    let output = postern(&[arguments, &["--data", &data]].concat());
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}

fn done(folder: &Folder, arguments: &[&str]) -> String {
    let (is_done, said) = run(folder, arguments);
    assert!(is_done, "{arguments:?}: {said}");
    said
}

fn refused(folder: &Folder, arguments: &[&str], words: &str) {
    let (is_done, said) = run(folder, arguments);
    assert!(!is_done && said.contains(words), "{arguments:?}: {said}");
}

const ADD_QUAY: [&str; 7] =
    ["tenant", "add", "quay-clinic", "--name", "Quay Clinic", "--host", "https://quay.example.com"];

#[test]
fn an_organisation_is_added_renamed_moved_suspended_and_enabled() {
    let folder = Folder::new("tenants");
    assert!(done(&folder, &["tenant", "list"]).contains("no organisation yet"));
    let said = done(&folder, &ADD_QUAY);
    assert!(said.contains("https://quay.example.com/set-up#"), "{said}");
    let list = || done(&folder, &["tenant", "list"]);
    assert!(list().contains("quay-clinic") && list().contains("Quay Clinic"), "{}", list());
    done(&folder, &["tenant", "rename", "quay-clinic", "The Quay"]);
    assert!(list().contains("The Quay") && !list().contains("Quay Clinic"), "{}", list());
    let to = ["tenant", "set-host", "quay-clinic", "https://clinic.example.com", "--reason", "a better name"];
    let said = done(&folder, &to);
    assert!(said.contains("https://clinic.example.com"), "{said}");
    assert!(list().contains("https://clinic.example.com"), "{}", list());
    let settings = ["tenant", "settings", "quay-clinic"];
    assert!(done(&folder, &settings).contains("10 (default)"));
    let set =
        [&settings[..], &["--set", "enrolment_pass_minutes=5", "--reason", "phones are slow here"]].concat();
    assert!(!done(&folder, &set).contains("10 (default)"));
    refused(&folder, &[&settings[..], &["--set", "enrolment_pass_minutes=5"]].concat(), "--reason");
    refused(
        &folder,
        &[&settings[..], &["--set", "enrolment_pass_minutes", "--reason", "a test"]].concat(),
        "NAME=VALUE",
    );
    refused(
        &folder,
        &[&settings[..], &["--set", "pass_hours=5", "--reason", "a test"]].concat(),
        "enrolment_pass_minutes",
    );
    // The shipped policy is printed, changed, and taken from the file.
    let print = ["tenant", "recovery-policy", "quay-clinic"];
    let own = done(&folder, &print).replace(r#"@hold("0h")"#, r#"@hold("24h")"#);
    std::fs::write(folder.at("own.cedar"), &own).unwrap();
    let value = format!("recovery_policy=@{}", folder.at("own.cedar"));
    let said = done(&folder, &[&settings[..], &["--set", &value, "--reason", "time to object"]].concat());
    assert!(said.contains("its own, SHA-256"), "{said}");
    assert_eq!(done(&folder, &print).trim(), own.trim());
    std::fs::write(folder.at("own.cedar"), own.replace("recovery.standard", "recovery.sensitive")).unwrap();
    refused(&folder, &[&settings[..], &["--set", &value, "--reason", "a slip"]].concat(), "@id of its own");
    let missing = ["--set", "recovery_policy=@/no/such/file", "--reason", "a slip"];
    refused(&folder, &[&settings[..], &missing].concat(), "/no/such/file");
    done(&folder, &["tenant", "suspend", "quay-clinic", "--reason", "they asked for it"]);
    assert!(list().contains("suspended since"), "{}", list());
    refused(&folder, &["tenant", "suspend", "quay-clinic", "--reason", "again"], "suspended already");
    done(&folder, &["tenant", "enable", "quay-clinic", "--reason", "they asked for it"]);
    assert!(!list().contains("suspended"), "{}", list());
    refused(&folder, &["tenant", "enable", "quay-clinic", "--reason", "again"], "not suspended");
    // All of it is on the organisation's own record.
    done(&folder, &["audit", "export", "--out", &folder.at("log")]);
    let log = std::fs::read_to_string(folder.at("log/entries.jsonl")).unwrap();
    for event in [
        "tenant.added",
        "tenant.renamed",
        "tenant.moved",
        "tenant.settings_changed",
        "policy.changed",
        "tenant.suspended",
        "tenant.enabled",
    ] {
        assert!(log.contains(event), "{event} is not on the record");
    }
}

fn add<'a>(slug: &'a str, name: &'a str, host: &'a str) -> [&'a str; 7] {
    ["tenant", "add", slug, "--name", name, "--host", host]
}

#[test]
fn what_does_not_do_is_refused_and_says_why() {
    let folder = Folder::new("tenants-refused");
    done(&folder, &ADD_QUAY);
    let elsewhere = "https://else.example.com";
    let long = "x".repeat(41);
    for slug in ["Quay", "a b", "../x", "-x", "x-", "", &long] {
        // Clap reads what begins with a hyphen as a flag.
        let words = if slug.starts_with('-') { "unexpected argument" } else { "a to z" };
        refused(&folder, &add(slug, "Else", elsewhere), words);
    }
    refused(&folder, &add("else", " ", elsewhere), "1 to 100 characters");
    refused(&folder, &add("else", "E\u{202e}lse", elsewhere), "can't be seen");
    refused(&folder, &add("quay-clinic", "Else", elsewhere), "already");
    refused(&folder, &add("else", "Else", "https://quay.example.com"), "already");
    refused(&folder, &add("else", "Else", "https://quay.example.com:8443"), "at this or another port");
    refused(&folder, &add("else", "Else", "else.example.com"), "whole address");
    refused(&folder, &add("else", "Else", "https://else.example.com."), "no dot");
    refused(&folder, &add("else", "Else", "http://else.example.com"), "https://");
    refused(&folder, &add("else", "Else", "https://192.0.2.7"), "not an address");
    refused(&folder, &add("else", "Else", "https://else.example.com/desk"), "alone");
    refused(&folder, &["tenant", "rename", "nobody", "X"], "no organisation is called \"nobody\"");
    refused(&folder, &["tenant", "suspend", "quay-clinic", "--reason", " "], "Give a reason");
    done(&folder, &add("else", "Else", elsewhere));
    let quay = ["tenant", "set-host", "quay-clinic", elsewhere, "--reason", "a mistake"];
    refused(&folder, &quay, "already");
    // Of several, a command wants to know which.
    refused(&folder, &["audit", "export", "--out", &folder.at("log")], "quay-clinic, else");
    refused(&folder, &["person", "recover", "ana", "--reason", "a test"], "--tenant");
    done(&folder, &["audit", "export", "--tenant", "else", "--out", &folder.at("log")]);
}

#[test]
fn settings_that_name_an_address_where_nobody_is_served_are_refused() {
    let folder = Folder::new("tenants-origin");
    done(&folder, &ADD_QUAY);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--origin", "https://other.example.com"];
    refused(&folder, &serve, "postern tenant set-host quay-clinic https://other.example.com");
}
