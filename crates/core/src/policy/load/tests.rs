use jiff::Timestamp;

use super::super::promises::{imagined_case, single_proofs};
use super::*;
use crate::evidence::Kind;
use crate::id::PersonId;
use crate::tier::TierFloor;

/// Demands nothing beside the proof.
const AT_ONCE: &str = r#"@hold("0h") @approvals("0") @fresh("24h")"#;

/// A policy of an organisation's own that lets proof suffice.
fn permit(annotations: &str, when: &str) -> String {
    own(&format!("{annotations} permit"), when)
}

fn own(what: &str, when: &str) -> String {
    format!(
        r#"@id("own") {what} (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case)
           when {{ {when} }};"#
    )
}

fn load_text(text: &str) -> Result<Policies, PolicyError> {
    load(text, &Tiers::default())
}

fn shipped_with(extra: &str) -> Result<Policies, PolicyError> {
    load_text(&format!("{}\n{extra}", Policies::RECOVERY))
}

#[test]
fn a_policy_under_which_one_call_suffices_is_refused_with_the_path() {
    let lazy = permit(AT_ONCE, r#"context.claimant_page_bound && context.kinds.contains("call_placed")"#);
    let error = shipped_with(&lazy).err().unwrap();
    assert!(error.to_string().contains("on tier standard, call_placed alone"), "{error}");
}

/// Each of them would be an account for whoever holds one thing. The limits would stop it; its author is told.
#[test]
fn what_is_weaker_than_one_thing_is_refused_with_the_path() {
    for (when, path) in [
        ("context.channels >= 2 && context.attesting_people >= 2", "a page that nobody bound"),
        ("context.claimant_page_bound && context.channels >= 2", "the word of one person"),
        ("context.claimant_page_bound && context.attesting_people >= 2", "through one channel"),
        (
            "context.claimant_page_bound && context.escalated && context.channels >= 2",
            "the word of one person",
        ),
    ] {
        let error = shipped_with(&permit(AT_ONCE, when)).err().unwrap().to_string();
        assert!(error.starts_with("one is never enough (P1)") && error.contains(path), "{when}: {error}");
    }
}

/// Whatever the text lets suffice, and whatever nobody thought of when it was loaded.
#[test]
fn the_limits_hold_whatever_an_organisation_writes() {
    let sly = shipped_with(&permit(AT_ONCE, "context.risk == 2")).unwrap();
    let case = imagined_case(&TierFloor::Standard.into());
    let mut nothing = case.proof(Timestamp::UNIX_EPOCH);
    nothing.risk = 2;
    for (path, proof) in single_proofs(&nothing) {
        assert!(sly.verify(&case, proof).is_err(), "{path}");
    }
}

#[test]
fn nobody_is_shut_out_for_ever() {
    let shuts_out = |when: &str| match shipped_with(&own("forbid", when)).err() {
        Some(PolicyError::DeadEnd { tier, when }) => (tier, when),
        other => panic!("{when}: {other:?}"),
    };
    assert_eq!(
        shuts_out(r#"resource.tier == "sensitive" && resource.remedy == "factor_reset""#).0,
        "sensitive"
    );
    // Strangers raise the risk; not everybody has a manager; what errs denies.
    assert!(shuts_out("context.risk > 0").1.contains("at risk 1"));
    assert!(shuts_out("context.escalated").1.contains("in a senior's hands"));
    assert!(shuts_out(r#"!context.kinds.contains("manager_vouch")"#).1.contains("without a manager"));
    assert!(shuts_out("context.risk > 1 && context.risk * 9223372036854775807 > 0").1.contains("at risk 2"));
    assert!(matches!(load_text("").err(), Some(PolicyError::DeadEnd { tier, .. }) if tier == "standard"));
}

/// A voice can be made, and a manager talked round.
#[test]
fn above_the_standard_tier_somebody_has_seen_the_person() {
    let two = "context.claimant_page_bound && context.attesting_people >= 2 && context.channels >= 2";
    assert_eq!(shipped_with(&permit(AT_ONCE, two)).err(), Some(PolicyError::NobodySeen("sensitive".into())));
    let seen = permit(AT_ONCE, &format!(r#"{two} && context.kinds.contains("live_video")"#));
    let case = imagined_case(&TierFloor::Privileged.into());
    let proof = case.proof(Timestamp::UNIX_EPOCH).with_claimant_page_bound();
    let proof =
        proof.with(Kind::LiveVideo, &PersonId::new("ben")).with(Kind::CallPlaced, &PersonId::new("bea"));
    // Whatever the text leaves out: a privileged account waits, and wants another yes.
    let demands = shipped_with(&seen).unwrap().verify(&case, proof).unwrap().demands();
    assert_eq!((demands.hold_hours, demands.approvals), (24, 1));
}

/// As far as the stack of a small thread goes.
#[test]
fn a_text_that_is_too_deep_is_refused_before_it_is_read() {
    let with = |when: &str| own("forbid", when);
    let nested = |times: usize| with(&format!("{}context.risk > 9{}", "(".repeat(times), ")".repeat(times)));
    let chain = |times: usize| with(&format!("{}context.risk > 9", "context.risk > 9 && ".repeat(times)));
    let ifs =
        |times: usize| with(&format!("{}false{}", "if context.escalated then true else ".repeat(times), ""));
    for text in [nested(10_000), chain(10_000), ifs(2_000)] {
        assert_eq!(shipped_with(&text).err(), Some(PolicyError::TooDeep));
    }
    let deepest = [
        nested(30),
        chain(120),
        ifs(120),
        with(r#"context.kinds.contains("((((((((((((((((((((((((((((((((((((((((")"#),
    ];
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let read = small
        .spawn(move || deepest.iter().all(|text| !matches!(shipped_with(text), Err(PolicyError::TooDeep))));
    assert!(read.unwrap().join().unwrap());
}

#[test]
fn the_shipped_text_passes() {
    load_text(Policies::RECOVERY).unwrap();
}

/// Who may do what at the desk is not an organisation's to say.
#[test]
fn a_policy_about_anything_but_proof_is_refused() {
    for about in [
        r#"permit (principal is Postern::Person, action == Postern::Action::"ApplyRemedy", resource is Postern::Case)"#,
        r"permit (principal, action, resource)",
        r#"forbid (principal, action == Postern::Action::"Verify", resource == Postern::Case::"c1")"#,
        r#"forbid (principal == Postern::Desk::"d", action == Postern::Action::"Verify", resource)"#,
        r#"forbid (principal, action == Postern::Action::"Verify", resource) when { resource == Postern::Case::"c1" }"#,
        r#"forbid (principal, action in [Postern::Action::"Verify", Postern::Action::"ReadAudit"], resource)"#,
    ] {
        let error = shipped_with(&format!(r#"@id("grab") {about};"#)).err();
        assert_eq!(error, Some(PolicyError::NotAboutProof("grab".to_owned())), "{about}");
    }
    let slot =
        r#"@id("slot") forbid (principal == ?principal, action == Postern::Action::"Verify", resource);"#;
    assert!(shipped_with(slot).err().unwrap().to_string().contains("slot"));
}

#[test]
fn a_policy_that_misspells_is_refused_by_the_schema() {
    let error = shipped_with(&permit(AT_ONCE, "context.witneses >= 2")).err().unwrap();
    assert!(error.to_string().contains("witneses"), "{error}");
}

#[test]
fn a_policy_that_does_not_show_what_it_demands_is_refused_by_name() {
    let with = |annotations: &str| {
        shipped_with(&permit(annotations, "context.attesting_people >= 4")).err().unwrap().to_string()
    };
    for (annotations, says) in [
        ("", "@hold is missing"),
        (r#"@hold("24h") @fresh("60m")"#, "@approvals is missing"),
        (r#"@hold("a day") @approvals("1") @fresh("60m")"#, "@hold wants hours or minutes"),
        (r#"@hold("90m") @approvals("1") @fresh("60m")"#, "@hold wants whole hours"),
        (r#"@hold("-1h") @approvals("1") @fresh("60m")"#, "@hold wants hours or minutes"),
        (r#"@hold("24h") @approvals("9") @fresh("60m")"#, "@approvals wants a number"),
        (r#"@hold("24h") @approvals("1") @fresh("0m")"#, "@fresh wants"),
        (r#"@hold("24h") @approvals("1") @fresh("25h")"#, "@fresh wants"),
    ] {
        let error = with(annotations);
        assert!(error.contains("\"own\"") && error.contains(says), "{annotations}: {error}");
    }
}

#[test]
fn what_the_policies_that_decided_demand_holds_together_and_old_proof_is_left_out() {
    let when = r#"resource.tier == "standard" && context.claimant_page_bound && context.attesting_people >= 2 && context.channels >= 2"#;
    let strict = shipped_with(&permit(r#"@hold("48h") @approvals("2") @fresh("60m")"#, when)).unwrap();
    let case = imagined_case(&TierFloor::Standard.into());
    let proof = case.proof(Timestamp::UNIX_EPOCH).with_claimant_page_bound();
    let proof =
        proof.with(Kind::CallPlaced, &PersonId::new("ben")).with(Kind::ManagerVouch, &PersonId::new("mona"));
    let permit = strict.verify(&case, proof.clone()).unwrap();
    let wanted = Demands { hold_hours: 48, approvals: 2, fresh_minutes: 60 };
    assert_eq!((permit.demands(), permit.policies().len()), (wanted, 2));
    let old = proof.aged(jiff::SignedDuration::from_mins(61));
    assert!(Policies::shipped().unwrap().verify(&case, old.clone()).is_ok(), "a day is fresh enough there");
    assert!(strict.verify(&case, old).is_err());
}

#[test]
fn broken_text_and_missing_ids_name_the_file() {
    assert!(shipped_with("permit (").err().unwrap().to_string().starts_with("recovery.cedar"));
    let nameless = r#"forbid (principal, action == Postern::Action::"Verify", resource);"#;
    assert!(matches!(shipped_with(nameless).err().unwrap(), PolicyError::Id { .. }));
    let twice = r#"@id("staff.approve") forbid (principal, action == Postern::Action::"Verify", resource);"#;
    assert!(matches!(shipped_with(twice).err().unwrap(), PolicyError::Id { .. }));
}

#[test]
fn an_organisations_own_tier_is_no_weaker_than_what_it_stands_on() {
    let tiers = Tiers::parse("finance=sensitive").unwrap();
    assert!(load(Policies::RECOVERY, &tiers).is_ok(), "the shipped text goes by what a tier stands on");
    // A text that names the shipped tiers alone: the new one has policies of its own, or none.
    let by_name = Policies::RECOVERY.replace("resource.floor", "resource.tier");
    let with = |annotations: &str, kinds: &str| {
        let when = format!(
            r#"resource.tier == "finance" && context.claimant_page_bound && context.attesting_people >= 2 &&
               context.channels >= 2 && context.kinds.containsAny([{kinds}])"#
        );
        load(&format!("{by_name}\n{}", permit(annotations, &when)), &tiers).err()
    };
    let seen = r#""live_video", "in_person", "official_document""#;
    let as_strict = r#"@hold("24h") @approvals("0") @fresh("24h")"#;
    let below = Some(PolicyError::BelowFloor { tier: "finance".into(), floor: "sensitive" });
    assert_eq!(with(as_strict, seen), None);
    assert_eq!(with(r#"@hold("48h") @approvals("1") @fresh("60m")"#, seen), None);
    assert_eq!(with(r#"@hold("23h") @approvals("0") @fresh("24h")"#, seen), below);
    assert_eq!(
        load(&by_name, &tiers).err().map(|error| matches!(error, PolicyError::DeadEnd { .. })),
        Some(true)
    );
}
