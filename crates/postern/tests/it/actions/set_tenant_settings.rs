use postern::actions::ActionError;
use postern::actions::set_tenant_settings::{find_tenant_settings, set_tenant_settings};
use postern::app::App;
use postern::scope::Scope;
use postern::store::tenant_settings::{self, TenantSettingsRow};
use postern_core::evidence::Kind;
use postern_core::policy::Policies;
use tokio::task::JoinSet;

use super::add_person::ivy;
use super::assert_invalid;
use crate::on_both::on_both;
use crate::test_app::{TestApp, eventually};

fn named(name: &str, value: &str) -> [(String, String); 1] {
    [(name.to_owned(), value.to_owned())]
}

const REASON: &str = "a test wants it so";

on_both! {
    /// The desk's number and hours are read by people: at the foot of their pages, and in what they are told.
    async fn people_read_how_to_reach_the_desk(db) {
        let app = TestApp::start(db).await;
        for (name, value) in [("desk_phone", "12"), ("desk_phone", "call us"), ("desk_hours", "a\nb"), ("desk_hours", &"x".repeat(81))] {
            let refused = set_tenant_settings(&app.scope(), &named(name, value), REASON).await;
            assert!(refused.is_err(), "{name}={value}");
        }
        app.browser().get("/sign-in").await.ok().shows("help deskWe never ask");
        for (name, value) in [("desk_phone", "+44 20 7946 0100"), ("desk_hours", "Mon to Fri 07:00 to 19:00 UTC")] {
            set_tenant_settings(&app.scope(), &named(name, value), REASON).await.unwrap();
        }
        let page = app.browser().get("/sign-in").await;
        page.ok().shows("+44 20 7946 0100, Mon to Fri 07:00 to 19:00 UTC");
        let claimant = app.browser();
        claimant.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        let id = app.newest_case().await;
        let reference = app.row(&id).await.reference;
        app.bind("ben", &id).await;
        let told = app.messages().await;
        let of = |channel: &str| told.iter().find(|message| message.channel == channel && !message.recipient.starts_with("mona@")).unwrap();
        let (mail, text, voice) = (of("email"), of("sms"), of("voice"));
        assert!(mail.body.contains("When: ") && mail.body.contains("The page of the request is held on: "), "{}", mail.body);
        assert!(mail.body.contains("call the help desk, +44 20 7946 0100"), "{}", mail.body);
        assert!(voice.body.contains("call the help desk, +44 20 7946 0100 now"), "{}", voice.body);
        assert!(text.body.chars().count() <= 160, "{}: {}", text.body.chars().count(), text.body);
        // With a login it would be enough to take the page over.
        assert!(told.iter().all(|message| !message.body.contains(&reference)), "the reference is told to nobody");
    }

    async fn a_setting_counts_at_once_on_every_node_and_is_on_the_record(db) {
        let app = TestApp::start(db).await;
        let other = app.second_node().await;
        set_tenant_settings(&app.scope(), &named("enrolment_pass_minutes", "5"), REASON).await.unwrap();
        assert_eq!(app.scope().tenant.settings.enrolment_pass_life.as_mins(), 5);
        eventually("the other node too", async || other.scope().tenant.settings.enrolment_pass_life.as_mins() == 5).await;
        set_tenant_settings(&app.scope(), &named("gateway_url", "https://u:hunter2@texts.example.com/x"), REASON).await.unwrap();
        let changed = app.events("tenant.settings_changed").await;
        assert_eq!(changed.len(), 2);
        let (first, second) = (&changed[1], &changed[0]);
        assert_eq!((&first["before"]["enrolment_pass_minutes"], &first["detail"]["settings"]["enrolment_pass_minutes"]), (&"10 (default)".into(), &"5".into()));
        assert_eq!(second["detail"]["settings"]["gateway_url"], "texts.example.com");
        assert!(!second.to_string().contains("hunter2"), "a password on the record");
        // Empty is the default again.
        set_tenant_settings(&app.scope(), &named("enrolment_pass_minutes", ""), REASON).await.unwrap();
        assert_eq!(app.scope().tenant.settings.enrolment_pass_life.as_mins(), 10);
        assert!(app.scope().tenant.settings.gateway.is_some());
        other.stop().await;
    }

    async fn what_does_not_do_is_refused_and_changes_nothing(db) {
        let app = TestApp::start(db).await;
        for (name, value) in [
            ("enrolment_pass_minutes", "0"),
            ("enrolment_pass_minutes", "11"),
            ("enrolment_pass_minutes", "ten"),
            ("contact_min_age_days", "3651"),
            ("smtp_url", "http://mail.example.com"),
            ("smtp_url", "smtp://mail.example.com"),
            ("smtp_url", "smtp://mail.example.com?tls=yes"),
            ("smtp_from", "postern@harbour.example"),
            ("gateway_url", "not an address"),
            ("gateway_url", "file:///etc/passwd"),
            // The account and its secret are wanted with it.
            ("gateway_kind", "twilio"),
            ("gateway_token", "hunter2"),
            ("text_codes", "yes"),
            ("code_contact_min_age_hours", "0"),
            // More than is kept.
            ("look_back_days", "91"),
            ("no_such_setting", "1"),
        ] {
            let refused = set_tenant_settings(&app.scope(), &named(name, value), REASON).await;
            assert_invalid(refused, "settings");
        }
        assert!(matches!(set_tenant_settings(&app.scope(), &named("enrolment_pass_minutes", "5"), " ").await, Err(ActionError::Invalid { field: "reason", .. })));
        assert_eq!(find_tenant_settings(&app.scope()).await.unwrap().enrolment_pass_minutes, None);
        assert!(app.events("tenant.settings_changed").await.is_empty());
    }

    /// Stricter than the shipped one: a stranger's word more, and a day in which the owner can object.
    async fn its_own_recovery_policy_counts_on_every_node_and_for_open_cases_too(db) {
        let app = TestApp::start(db).await;
        let other = app.second_node().await;
        let id = app.ready_case_of_ana().await;
        let own = Policies::RECOVERY.replace(r#"@hold("0h")"#, r#"@hold("24h")"#);
        let after = set_tenant_settings(&app.scope(), &named("recovery_policy", &own), REASON).await.unwrap();
        assert_eq!(after.recovery_policy(), own.trim());
        // What was ready under the old one is held under the new one.
        assert_eq!(app.stage(&id).await, "awaiting_notice");
        let asks_for_a_hold = async || {
            let case = app.case(&id).await;
            other.scope().tenant.policies.look_again(case, app.clock.now()).stage().as_str() == "awaiting_notice"
        };
        eventually("the other node too", asks_for_a_hold).await;
        let changed = &app.events("policy.changed").await[0];
        assert_eq!((&changed["before"]["recovery"], &changed["detail"]["recovery"]), (&Policies::RECOVERY.into(), &own.trim().into()));
        assert_eq!(changed["reason"], REASON);
        let told = app.messages().await.into_iter().filter(|m| m.subject.contains("Which proof suffices"));
        assert_eq!(told.count(), 2, "the admin and the auditor");
        // Another setting is no other policy.
        set_tenant_settings(&app.scope(), &named("keep_days", "60"), REASON).await.unwrap();
        assert_eq!(app.events("policy.changed").await.len(), 1);
        let settings = &app.events("tenant.settings_changed").await[0]["detail"]["settings"];
        assert!(settings["recovery_policy"].as_str().unwrap().starts_with("its own, SHA-256 "));
        // The default again.
        set_tenant_settings(&app.scope(), &named("recovery_policy", ""), REASON).await.unwrap();
        assert_eq!(app.stage(&app.ready_case_of("gus").await).await, "ready");
        other.stop().await;
    }

    async fn a_weak_recovery_policy_is_refused_and_changes_nothing(db) {
        let app = TestApp::start(db).await;
        let weak = Policies::RECOVERY.replace("context.attesting_people >= 2 && context.channels >= 2", "context.channels >= 2");
        let about_power = format!("{}\n@id(\"all\") permit (principal, action, resource);", Policies::RECOVERY);
        let long = format!("{}{}", Policies::RECOVERY, "// as long as it gets\n".repeat(4000));
        for (text, words) in [
            (weak.as_str(), "the word of one person"),
            (&about_power, "which proof suffices"),
            ("permit (", "not valid Cedar"),
            ("// nothing", "never a dead end"),
            (&long, "longer than 64 KiB"),
        ] {
            let Err(ActionError::Invalid { field: "settings", message }) = set_tenant_settings(&app.scope(), &named("recovery_policy", text), REASON).await else {
                panic!("{words} was not said");
            };
            assert!(message.to_string().contains(words), "{message}");
        }
        assert!(app.events("policy.changed").await.is_empty());
        assert_eq!(app.stage(&app.ready_case_of_ana().await).await, "ready");
    }

    /// After an update, say. Neither the shipped one nor an older one takes its place, and the other settings stay.
    async fn a_policy_that_cannot_be_read_any_more_lets_nobody_in(db) {
        let app = TestApp::start(db).await;
        let id = app.ready_case_of_ana().await;
        set_tenant_settings(&app.scope(), &named("keep_days", "60"), REASON).await.unwrap();
        let text = r#"{"enrolment_pass_minutes":7,"recovery_policy":"permit ("}"#;
        let scope = app.scope();
        let sealed = scope.tenant.keys.seal(&app.rng, &TenantSettingsRow::place(&app.tenant, 2), text.as_bytes()).unwrap();
        let mut change = scope.begin().await.unwrap();
        let now = change.at();
        tenant_settings::insert(&mut change, 2, &sealed, now).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        app.tenants.reload(&app.db, app.clock.now()).await.unwrap();
        assert_eq!(app.scope().tenant.settings.enrolment_pass_life.as_mins(), 7);
        assert_eq!(app.stage(&id).await, "verifying");
        let ben = app.browser_with_planted_session("ben").await;
        ben.get(&format!("/desk/cases/{id}")).await.ok().shows("recovery policy can't be read");
        let another = set_tenant_settings(&app.scope(), &named("keep_days", "50"), REASON).await;
        assert_invalid(another, "settings");
        set_tenant_settings(&app.scope(), &named("recovery_policy", ""), REASON).await.unwrap();
        assert_eq!(app.events("policy.changed").await[0]["before"]["recovery"], "permit (");
        assert_eq!(app.scope().tenant.settings.enrolment_pass_life.as_mins(), 7);
        assert_eq!(app.stage(&app.ready_case_of("gus").await).await, "ready");
    }

    /// A tier of the organisation's own: what it stands on holds for it, and its own policies can want more.
    async fn a_tier_of_ones_own_wants_at_least_what_it_stands_on(db) {
        let app = TestApp::start(db).await;
        let scope = app.scope();
        set_tenant_settings(&scope, &named("tiers", "finance=sensitive board=sensitive"), REASON).await.unwrap();
        let mut form = ivy("person", "ivy@halden.example", "");
        let ada = app.browser_with_planted_session("ada").await;
        ada.get("/desk/people/new").await.ok().shows("privilegedfinanceboard");
        form[2].1 = "finances";
        ada.post("/desk/people/new", &form).await.status(422).shows("organisation's tiers");
        form[2].1 = "finance";
        ada.post("/desk/people/new", &form).await.ok();
        app.set_person("ana", "tier = 'finance'").await;
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "verifying", "nobody has seen her");
        app.record("ben", &id, Kind::LiveVideo).await;
        assert_eq!(app.stage(&id).await, "awaiting_notice", "it is held as a sensitive one is");
        // On the board, which is listed later, it is no less.
        app.set_person("ana", "tier = 'board'").await;
        assert_eq!(app.case(&id).await.subject().tier.as_str(), "board");
        app.set_person("ana", "tier = 'finance'").await;

        let refused = set_tenant_settings(&scope, &named("tiers", "board=sensitive"), REASON).await;
        assert!(matches!(&refused, Err(ActionError::Invalid { message, .. }) if message.to_string().contains("2 people are on the tier finance")), "{refused:?}");
        for wrong in ["finance", "finance=high board=sensitive", "privileged=standard"] {
            assert_invalid(set_tenant_settings(&scope, &named("tiers", wrong), REASON).await, "settings");
        }
        // Its own text is tried out on its own tiers.
        let weak = r#"
            @id("own.board") @hold("0h") @approvals("0") @fresh("24h")
            permit (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case)
            when { resource.tier == "board" && context.claimant_page_bound && context.kinds.contains("call_placed") };"#;
        let text = format!("{}{weak}", Policies::RECOVERY);
        let refused = set_tenant_settings(&scope, &named("recovery_policy", &text), REASON).await;
        assert!(matches!(&refused, Err(ActionError::Invalid { message, .. }) if message.to_string().contains("on tier board, call_placed alone")), "{refused:?}");
        // A text that names the shipped tiers does not know a new one, and would treat it as none of them.
        let by_name = Policies::RECOVERY.replace("resource.floor", "resource.tier");
        let lazy = by_name.replace("resource.tier == \"standard\"", "resource.tier != \"sensitive\" && resource.tier != \"privileged\"");
        set_tenant_settings(&scope, &[named("tiers", "")[0].clone(), named("recovery_policy", &lazy)[0].clone()], REASON).await.unwrap_err();
        app.set_person("ana", "tier = 'standard'").await;
        app.set_person("ivy", "tier = 'standard'").await;
        set_tenant_settings(&scope, &[named("tiers", "")[0].clone(), named("recovery_policy", &lazy)[0].clone()], REASON).await.unwrap();
        let refused = set_tenant_settings(&scope, &named("tiers", "finance=sensitive"), REASON).await;
        assert!(matches!(&refused, Err(ActionError::Invalid { message, .. }) if message.to_string().contains("on tier finance")), "{refused:?}");
        set_tenant_settings(&scope, &named("recovery_policy", ""), REASON).await.unwrap();
        let before = app.messages().await.len();
        set_tenant_settings(&scope, &named("tiers", "finance=sensitive"), REASON).await.unwrap();
        assert_eq!(app.messages().await.len(), before + 2, "ada and otto are told of other tiers");
    }

    /// Whatever somebody wrote into the row: the last good version stays, and nobody else is stopped.
    async fn a_broken_version_never_replaces_a_good_one(db) {
        let app = TestApp::start(db).await;
        set_tenant_settings(&app.scope(), &named("enrolment_pass_minutes", "5"), REASON).await.unwrap();
        let plant = async |version: i64, text: Option<&str>| {
            let scope = app.scope();
            let place = TenantSettingsRow::place(&app.tenant, version);
            let sealed = text.map_or_else(|| b"-".to_vec(), |text| scope.tenant.keys.seal(&app.rng, &place, text.as_bytes()).unwrap());
            let mut change = scope.begin().await.unwrap();
            let now = change.at();
            tenant_settings::insert(&mut change, version, &sealed, now).await.unwrap();
            change.commit_unrecorded("planted by a test").await.unwrap();
            app.tenants.reload(&app.db, app.clock.now()).await.unwrap();
        };
        for (version, text) in [(2, None), (3, Some("{")), (4, Some("{\"enrolment_pass_minutes\":99}")), (5, Some("{\"no_such\":1}"))] {
            plant(version, text).await;
            assert_eq!(app.scope().tenant.settings.enrolment_pass_life.as_mins(), 5, "version {version}");
            let fresh = App::start(app.config.clone()).await.unwrap();
            let [scope] = Scope::of_served(&fresh).try_into().ok().unwrap();
            assert_eq!(scope.tenant.settings.enrolment_pass_life.as_mins(), 5, "after a start, version {version}");
            app.browser().get("/sign-in").await.ok();
        }
        // The operator's next change replaces it, from the last good one on.
        let settings = set_tenant_settings(&app.scope(), &named("keep_days", "60"), REASON).await.unwrap();
        assert_eq!((settings.enrolment_pass_minutes, settings.keep_days), (Some(5), Some(60)));
        assert_eq!(app.scope().tenant.settings.keep.as_hours(), 60 * 24);
        plant(7, Some("{\"enrolment_pass_minutes\":7}")).await;
        assert_eq!(app.scope().tenant.settings.enrolment_pass_life.as_mins(), 7);
    }

    async fn a_version_counts_when_its_time_has_come(db) {
        let app = TestApp::start(db).await;
        let scope = app.scope();
        let sealed = scope.tenant.keys.seal(&app.rng, &TenantSettingsRow::place(&app.tenant, 1), b"{\"enrolment_pass_minutes\":3}").unwrap();
        let mut change = scope.begin().await.unwrap();
        let later = change.at() + jiff::SignedDuration::from_hours(1);
        tenant_settings::insert(&mut change, 1, &sealed, later).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        app.tenants.reload(&app.db, app.clock.now()).await.unwrap();
        assert_eq!(app.scope().tenant.settings.enrolment_pass_life.as_mins(), 10);
        app.advance_seconds(3601);
        eventually("its time has come", async || app.scope().tenant.settings.enrolment_pass_life.as_mins() == 3).await;
    }

    /// Of many at once each one is kept, or is told that somebody else was faster.
    async fn two_at_once_lose_nothing(db) {
        let app = TestApp::start(db).await;
        let mut tasks = JoinSet::new();
        for (name, value) in [("enrolment_pass_minutes", "5"), ("keep_days", "60"), ("look_back_days", "20"), ("contact_min_age_days", "7")] {
            let scope = app.scope();
            tasks.spawn(async move { set_tenant_settings(&scope, &named(name, value), REASON).await });
        }
        let mut kept = 0;
        while let Some(outcome) = tasks.join_next().await {
            match outcome.unwrap() {
                Ok(_) => kept += 1,
                Err(error) => assert!(matches!(error, ActionError::Conflict | ActionError::Contended), "{error:?}"),
            }
        }
        let settings = find_tenant_settings(&app.scope()).await.unwrap();
        let set = [settings.enrolment_pass_minutes, settings.keep_days, settings.look_back_days, settings.contact_min_age_days];
        assert_eq!(set.iter().flatten().count(), kept);
        assert!(kept >= 1);
    }
}
