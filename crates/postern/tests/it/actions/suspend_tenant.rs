use jiff::SignedDuration;
use postern::actions::suspend_tenant::{enable_tenant, suspend_tenant};
use postern::store::factors::{self, NewFactor};
use postern::store::power_grants::{self, NewGrant};
use postern_core::case::Stage;
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;
use postern_core::person::Role;

use super::assert_refused;
use crate::on_both::on_both;
use crate::steps::a_day;
use crate::test_app::{TestApp, eventually};

const REASON: &str = "something smells, HD-9";

on_both! {
    /// Nobody can object while it is suspended, so that no wait comes nearer to its end.
    async fn what_waits_for_an_objection_waits_as_much_longer(db) {
        let app = TestApp::start(db).await;
        let id = app.case_of_carl_on_hold().await;
        let Stage::OnHold { until, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        let (fay, ada, bea) = (app.person("fay").await.id, app.person("ada").await.id, app.person("bea").await.id);
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        let due = change.at() + SignedDuration::from_hours(2);
        let new = NewGrant { person: &fay, role: Some("agent"), token: None, requested_by: &ada, takes_effect_at: due };
        power_grants::insert(&mut change, &new).await.unwrap();
        let passkey = NewFactor {
            id: "planted",
            person: &bea,
            kind: FactorKind::Webauthn,
            label: "planted",
            sealed: b"-",
            credential_id: Some("planted"),
            last_step: None,
            clock: PhoneClock::default(),
            second_step_only: false,
            usable_at: Some(due),
        };
        factors::insert(&mut change, &passkey).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();

        suspend_tenant(&app.scope(), REASON).await.unwrap();
        assert_refused(suspend_tenant(&app.scope(), REASON).await, "suspended already");
        app.advance(a_day() * 3);
        enable_tenant(&app.scope(), REASON).await.unwrap();
        let longer = app.app().tenants.of_id(&app.tenant).unwrap().enabled_at.unwrap();
        assert!(longer > due, "three days later");

        let Stage::OnHold { until: now_until, .. } = *app.case(&id).await.stage() else { panic!("the hold is over") };
        assert!(now_until >= until + a_day() * 3, "{until} became {now_until}");
        let grants = power_grants::list_waiting(&app.db, &app.tenant).await.unwrap();
        assert!(grants[0].takes_effect_at >= (due + a_day() * 3).as_microsecond());
        assert_eq!(app.person("fay").await.role, Role::Person);
        let waiting = factors::list(&app.db, &app.tenant, &bea).await.unwrap();
        assert!(waiting.iter().any(|factor| factor.waits(app.clock.now())), "the passkey works");
        assert_refused(enable_tenant(&app.scope(), REASON).await, "not suspended");
        sqlx::query(app.own("DELETE FROM factors WHERE id = 'planted'")).execute(app.db.reader()).await.unwrap();
    }

    /// A notice that went out meanwhile had a link that led nowhere.
    async fn a_hold_begins_no_earlier_than_it_was_enabled(db) {
        let app = TestApp::start(db).await;
        let id = app.case_of_dina_awaiting_approval().await;
        suspend_tenant(&app.scope(), REASON).await.unwrap();
        app.approve("sol", &id).await;
        let waiting = "SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL";
        eventually("the notice goes out all the same", async || app.count(waiting).await == 0).await;
        app.advance(a_day());
        assert_eq!(app.stage(&id).await, "awaiting_notice");
        enable_tenant(&app.scope(), REASON).await.unwrap();
        app.wait_for_hold(&id).await;
        let Stage::OnHold { began_at, .. } = *app.case(&id).await.stage() else { panic!("no hold") };
        assert!(began_at >= app.scope().tenant.enabled_at.unwrap());
    }
}
