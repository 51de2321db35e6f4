//! Two organisations on one server: what is one's opens nothing at the other, and a host that nobody has tells nothing.

use postern::actions::suspend_tenant::{enable_tenant, suspend_tenant};
use postern_testkit::SoftPasskey;
use reqwest::Method;
use reqwest::header::{HOST, ORIGIN};
use serde_json::json;

use crate::browser::{Browser, CASE, DEVICE, FLOW, SESSION};
use crate::on_both::on_both;
use crate::test_app::{TestApp, eventually};

/// What a browser gets at some host, without the request's id and the time.
async fn at_host(
    app: &TestApp,
    host: &str,
    path: &str,
    method: Method,
) -> (u16, Vec<(String, String)>, String) {
    let browser = app.browser();
    let http =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = http.request(method, format!("http://{}{path}", app.address())).header(HOST, host);
    let answer = browser.send(request.header("x-forwarded-host", "localhost")).await;
    let own = ["x-request-id", "date"];
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.body)
}

/// Takes everything that one browser holds to the other organisation.
fn carry(from: &Browser, to: &TestApp) -> Browser {
    let carried = to.browser();
    for cookie in [SESSION, FLOW, CASE, DEVICE] {
        carried.set_cookie(cookie, from.cookie(cookie).as_deref());
    }
    carried
}

on_both! {
    async fn a_host_that_nobody_has_tells_nothing(db) {
        let app = TestApp::start(db).await;
        let port = app.address().port();
        let own = format!("localhost:{port}");
        assert_eq!(at_host(&app, &own, "/sign-in", Method::GET).await.0, 200);
        let nobody = at_host(&app, "evil.example", "/sign-in", Method::GET).await;
        assert_eq!(nobody.0, 404);
        assert!(nobody.2.contains("Nothing is served here") && !nobody.2.contains("Halden"), "{}", nobody.2);
        for header in ["content-security-policy", "cache-control", "x-content-type-options"] {
            assert!(nobody.1.iter().any(|(name, _)| name == header), "no {header}: {:?}", nobody.1);
        }
        // The neighbour is suspended: its host answers like one that nobody has.
        for host in ["evil.example", "localhost", "localhost:1", "quay.localhost:1", &format!("127.0.0.1:{port}"), &format!("{own}."), "-"] {
            for path in ["/", "/sign-in", "/desk", "/static/x/postern.css", "/api/v1/cases", "/no/such/page", "/dev/outbox"] {
                let answer = at_host(&app, host, path, Method::GET).await;
                assert_eq!(answer, nobody, "GET {path} at {host}");
            }
            let answer = at_host(&app, host, "/sign-in", Method::POST).await;
            assert_eq!(answer, nobody, "POST at {host}");
            // The process is asked at any host.
            for path in ["/healthz", "/readyz"] {
                assert_eq!(at_host(&app, host, path, Method::GET).await.0, 200, "{path} at {host}");
            }
        }
        // Letters are one, large or small; a first line that names another host than the header is nobody's.
        assert_eq!(at_host(&app, &own.to_uppercase(), "/sign-in", Method::GET).await.0, 200);
    }

    async fn what_opens_one_opens_nothing_at_the_other(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        // A session, and the cookie of a known device.
        let ada = halden.browser_with_planted_session("ada").await;
        ada.get("/desk").await.ok();
        for path in ["/desk", "/account", "/desk/audit", "/desk/people"] {
            carry(&ada, &quay).get(path).await.leads_to("/sign-in");
        }
        // A sign-in under way.
        let ana = halden.browser();
        ana.post("/sign-in", &[("login", "ana"), ("password", &halden.password_of("ana"))]).await.leads_to("/sign-in/second-step");
        carry(&ana, &quay).get("/sign-in/second-step").await.leads_to("/sign-in");
        // A password.
        quay.browser().post("/sign-in", &[("login", "ana"), ("password", &halden.password_of("ana"))]).await.status(422);
        quay.browser().post("/sign-in", &[("login", "ana"), ("password", &quay.password_of("ana"))]).await.leads_to("/sign-in/second-step");
        // A service token.
        let token = halden.token(&["cases:read"]).await;
        let with = async |app: &TestApp| {
            let browser = app.browser();
            browser.send(browser.request(Method::GET, "/api/v1/cases").bearer_auth(&token)).await.status
        };
        assert_eq!((with(&halden).await, with(&quay).await), (200, 401));
        // A claimant page, and a "this was not me" link.
        let claimant = halden.browser();
        claimant.post("/recover/case", &[("login", "gus")]).await;
        claimant.get("/recover/case").await.ok();
        carry(&claimant, &quay).get("/recover/case").await.leads_to("/recover");
        let code = halden.not_me("gus@demo.postern.invalid", "asked to recover").await;
        quay.browser().post("/not-me", &[("code", &code)]).await.status(422);
        halden.browser().post("/not-me", &[("code", &code)]).await.ok();
        // An enrolment pass.
        let id = halden.reset_case_of_ana().await;
        let pass = halden.show_pass(&id).await.code;
        let own = quay.reset_case_of_ana().await;
        let own = quay.show_pass(&own).await.code;
        let claimant = quay.browser();
        claimant.post("/sign-in", &[("login", "ana"), ("password", &quay.password_of("ana"))]).await.leads_to("/sign-in/pass");
        claimant.post("/sign-in/pass", &[("pass", &pass)]).await.status(422);
        claimant.post("/sign-in/pass", &[("pass", &own)]).await.leads_to("/enrol");
    }

    async fn a_passkey_of_one_opens_nothing_at_the_other(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let fay = halden.browser();
        halden.sign_in_by_hand(&fay, "fay").await;
        let mut device = SoftPasskey::new(halden.scope().tenant.origin.clone());
        let proof = halden.code_proof("fay").await;
        halden.add_key(&fay, &mut device, proof).await.ok();
        halden.sign_in_with_passkey(&halden.browser(), &mut device).await.ok();
        // A browser asks no passkey for another name than its own. An answer to this one's question is worth nothing there.
        let browser = quay.browser();
        let options = halden.browser().post_json("/sign-in/passkey/start", &json!({})).await.ok().json();
        browser.post_json("/sign-in/passkey/start", &json!({})).await.ok();
        browser.post_json("/sign-in/passkey/finish", &device.get(options)).await.status(401);
    }

    async fn a_form_from_the_other_ones_page_is_refused(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let browser = halden.browser();
        let form = [("login", "ana"), ("password", "x")];
        for (origin, status) in [(quay.origin(), 403), ("http://evil.example".to_owned(), 403), (halden.origin(), 422)] {
            let request = browser.request(Method::POST, "/sign-in").header(ORIGIN, &origin).form(&form);
            browser.send(request).await.status(status);
        }
    }

    /// A flood at one organisation keeps nobody from the other.
    async fn limits_are_each_ones_own(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        halden.guess_passwords("ana", 3).await;
        for _ in 0..12 {
            halden.browser().post("/sign-in", &[("login", "ana"), ("password", "a wrong one")]).await;
        }
        let wrong = halden.browser().post("/sign-in", &[("login", "ana"), ("password", "a wrong one")]).await;
        assert_eq!(wrong.status, 429, "{}", wrong.visible());
        quay.browser().post("/sign-in", &[("login", "ana"), ("password", &quay.password_of("ana"))]).await.leads_to("/sign-in/second-step");
    }

    async fn mail_and_links_are_the_organisations_own(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        for (app, host) in [(&halden, "localhost"), (&quay, "quay.localhost")] {
            app.open("ana").await;
            let name = app.scope().tenant.name.clone();
            let mail = app.messages().await.into_iter().find(|m| m.channel == "email").unwrap();
            let link = format!("http://{host}:{}/not-me#", app.address().port());
            assert!(mail.body.contains(&link) && mail.body.starts_with(&name), "{}", mail.body);
        }
    }

    async fn a_suspended_one_is_not_served_and_comes_back(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let sol = quay.browser_with_planted_session("sol").await;
        sol.get("/desk").await.ok();
        suspend_tenant(&quay.scope(), "they did not pay, HD-1").await.unwrap();
        sol.get("/desk").await.status(404).shows("Nothing is served here");
        halden.browser().get("/sign-in").await.ok();
        enable_tenant(&quay.scope(), "they paid, HD-1").await.unwrap();
        sol.get("/desk").await.ok();
    }

    /// What another process did is noticed without a restart.
    async fn every_node_notices(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let other = halden.second_node().await;
        suspend_tenant(&quay.scope(), "they did not pay, HD-1").await.unwrap();
        let is_served = || other.app.tenants.of_host(&format!("quay.localhost:{}", halden.address().port())).is_some();
        eventually("the other node serves it no more", async || !is_served()).await;
        other.stop().await;
    }
}
