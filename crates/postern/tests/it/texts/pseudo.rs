//! The pages of people outside the desk in the pseudo language: what stands outside of brackets is no message, so it has to
//! be a name, a code or a time.

use minijinja::context;
use postern::pages::Pages;
use postern::texts::Language;
use postern_core::evidence::Kind;
use postern_testkit::TestPhone;
use reqwest::header::HeaderMap;

use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// What the demo's pages show that is nobody's to translate: names as they are kept, and browsers.
const DATA: [&str; 10] = [
    "Ana Ferreira",
    "Mona Okafor",
    "ana",
    "127.0.0.1",
    "Code app",
    "Passkey",
    // In full for five minutes after a factor was shown.
    "ana@demo.postern.invalid",
    "a…@demo.postern.invalid",
    "mona@demo.postern.invalid",
    "m…@demo.postern.invalid",
];

/// What stands on a page outside of messages, but for data. A time may stand alone, beside its name in a list of facts.
fn plain_texts(html: &str, data: &[&str]) -> Vec<String> {
    let (_, html) = html.split_once("<title").unwrap();
    let (mut depth, mut before, mut found) = (0, "", Vec::new());
    let is_plain = |text: &str| {
        let parts = text.split([',', '·']).map(|part| part.trim().trim_end_matches('.'));
        let mut unknown = parts.filter(|part| !data.contains(part) && !DATA.contains(part));
        unknown.any(|part| part.chars().any(char::is_alphabetic))
    };
    for piece in without_demo(html).split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        for attribute in [" aria-label=\"", " placeholder=\""] {
            let read = tag.split(attribute).nth(1).map(|rest| rest.split('"').next().unwrap());
            found
                .extend(read.filter(|read| !read.starts_with('[') && *read != "C-7K3M9Q").map(str::to_owned));
        }
        let mut outside = String::new();
        for c in text.chars() {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                c if depth == 0 => outside.push(c),
                _ => {}
            }
        }
        if is_plain(&outside) && !(before == "dd" && tag.starts_with("time ")) {
            found.push(outside.trim().to_owned());
        }
        before = tag;
    }
    assert_eq!(depth, 0, "brackets");
    found
}

/// The demo's banner is for whoever tries the program.
fn without_demo(html: &str) -> String {
    let Some((start, rest)) = html.split_once("<aside class=\"banner\" aria-label=\"Demo\">") else {
        return html.to_owned();
    };
    format!("{start}<{}", rest.split_once("</aside>").unwrap().1)
}

/// Fails if the page says something that is no message and no data.
#[track_caller]
fn all_messages(app: &TestApp, page: &Answer, data: &[&str]) {
    page.ok();
    says_messages(app, page, data);
}

/// The same, of a page that says what is wrong.
#[track_caller]
pub(super) fn says_messages(app: &TestApp, page: &Answer, data: &[&str]) {
    let organisation = app.scope().tenant.name.clone();
    let found = plain_texts(&page.body, &[&[organisation.as_str()], data].concat());
    assert!(found.is_empty(), "{found:?} is no message on this page:\n{}", page.visible());
    assert!(page.body.contains('['), "no message at all");
}

async fn look(app: &TestApp, browser: &Browser, path: &str) -> Answer {
    let page = browser.get(path).await;
    all_messages(app, &page, &[]);
    page
}

/// The claimant page, with its reference, its words and its pass.
async fn look_at_case(app: &TestApp, browser: &Browser) -> Answer {
    let page = browser.get("/recover/case").await;
    let shown: Vec<String> = ["data-reference", "data-phrase", "data-pass"]
        .into_iter()
        .filter(|mark| page.body.contains(&format!("{mark}>")))
        .map(|mark| page.marked(mark))
        .collect();
    all_messages(app, &page, &shown.iter().map(String::as_str).collect::<Vec<_>>());
    page
}

#[test]
fn the_test_sees_what_is_no_message() {
    let seen = |body: &str| plain_texts(&format!("<title>[Ţ…]</title>{body}"), &["C-1"]);
    assert!(
        seen("<p>[Ŕêqûêšţ <strong>C-1</strong> ôƒ <time>1 May</time>…]</p><dd><time x>1 May</time></dd>")
            .is_empty()
    );
    assert!(seen("<p>C-1, Ana Ferreira</p>").is_empty());
    assert_eq!(seen("<p>Forgotten</p>"), ["Forgotten"]);
    assert_eq!(seen("<p>[Ôþêñêđ…] <time x>1 May</time></p>"), ["1 May"], "glued");
    assert_eq!(seen("<nav aria-label=\"Forgotten\">"), ["Forgotten"]);
}

on_both! {
    async fn before_a_sign_in(db) {
        let app = TestApp::start_pseudo(db).await;
        let browser = app.browser();
        for path in ["/sign-in", "/recover", "/recover/join", "/recover/options", "/not-me", "/set-up"] {
            look(&app, &browser, path).await;
        }
        browser.get("/recover/case").await.leads_to("/recover");
        look(&app, &browser, "/recover").await.shows("[Ñô ŕêqûêšţ");
        all_messages(&app, &browser.post("/recover", &[("login", "ana")]).await, &[]);
        let form = [("login", "ana"), ("password", &app.password_of("ana"))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        look(&app, &browser, "/sign-in/second-step").await;
        look(&app, &browser, "/recover/options").await;
    }

    async fn a_recovery(db) {
        let app = TestApp::start_pseudo(db).await;
        let (ana, password) = (app.browser(), app.password_of("ana"));
        ana.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        let id = app.newest_case().await;
        look_at_case(&app, &ana).await;
        app.bind("ben", &id).await;
        look_at_case(&app, &ana).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        look_at_case(&app, &ana).await;
        app.reset("ben", &id).await;
        look_at_case(&app, &ana).await;
        ana.post("/recover/case/pass", &[]).await.leads_to("/recover/case");
        let pass = look_at_case(&app, &ana).await.marked("data-pass");
        app.secrets.saw(&pass);
        look(&app, &ana, "/sign-in/with-pass").await;
        let form = [("login", "ana"), ("password", password.as_str())];
        ana.post("/sign-in", &form).await.leads_to("/sign-in/pass");
        look(&app, &ana, "/sign-in/pass").await;
        ana.post("/sign-in/pass", &[("pass", &pass)]).await.leads_to("/enrol");
        look(&app, &ana, "/enrol").await;
        let page = ana.get("/enrol/code-app").await;
        let key = page.marked("data-key");
        all_messages(&app, &page, &[&key]);
        let phone = TestPhone::from_key(&key);
        app.secrets.saw_seed(phone.secret());
        let page = ana.post("/enrol/code-app", &[("code", &phone.code(app.seconds()))]).await;
        let codes = page.items("data-codes");
        app.secrets.saw_all(&codes);
        all_messages(&app, &page, &codes.iter().map(String::as_str).collect::<Vec<_>>());
        ana.post("/enrol/done", &[("kept", "yes")]).await.leads_to("/enrol/done");
        look(&app, &ana, "/enrol/done").await;
        app.advance_seconds(30);
        ana.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        ana.post("/sign-in/second-step", &[("code", &phone.code(app.seconds()))]).await.leads_to("/");
        let account = ana.get("/account").await;
        all_messages(&app, &account, &[]);
        account.shows("[Ýôû àŕê ƀàĉķ îñ.");
        look_at_case(&app, &ana).await;
    }

    async fn a_managers_word(db) {
        let app = TestApp::start_pseudo(db).await;
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        let reference = app.row(&id).await.reference;
        let (path, data) = (format!("/account/vouches/{id}"), [reference.as_str(), "AF"]);
        look(&app, &app.browser_with_planted_weak_session("mona").await, &path).await;
        let mona = app.browser_with_planted_session("mona").await;
        for page in ["/account", &path] {
            all_messages(&app, &mona.get(page).await, &data);
        }
        mona.post(&path, &[("outcome", "unsure")]).await.leads_to("/account");
        for page in ["/account", &path] {
            all_messages(&app, &mona.get(page).await, &data);
        }
    }

    async fn an_account(db) {
        let app = TestApp::start_pseudo(db).await;
        let ana = app.browser();
        app.sign_in_by_hand(&ana, "ana").await;
        app.move_to_passkey(&ana, "ana").await;
        let page = look(&app, &ana, "/account").await;
        let factor = page.body.split("/account/factors/").nth(1).unwrap().split('/').next().unwrap();
        look(&app, &ana, &format!("/account/factors/{factor}/remove")).await;
        look(&app, &ana, &format!("/account/factors/{factor}/resync")).await;
        look(&app, &ana, "/account/backup-codes").await;
        look(&app, &ana, "/account/password").await;
        look(&app, &ana, "/account/replace-password").await;
        look(&app, &ana, "/forgotten-password").await;
        look(&app, &ana, "/forgotten-password/link").await;
        for path in ["activity", "contacts/new", "contacts/confirm", "sessions/end-others"] {
            look(&app, &ana, &format!("/account/{path}")).await;
        }
        ana.post("/account/code-apps/start", &[]).await.leads_to("/account/code-apps/new");
        let page = ana.get("/account/code-apps/new").await;
        let key = page.marked("data-key");
        app.secrets.saw_seed(TestPhone::from_key(&key).secret());
        all_messages(&app, &page, &[&key]);
        let proof = app.code_proof("ana").await;
        let page = ana.post("/account/backup-codes", &[("code", proof["code"].as_str().unwrap())]).await;
        let codes = page.items("data-codes");
        app.secrets.saw_all(&codes);
        all_messages(&app, &page, &codes.iter().map(String::as_str).collect::<Vec<_>>());
        ana.post("/account/backup-codes/confirm", &[("kept", "yes")]).await.leads_to("/account");
        look(&app, &ana, "/account").await;
    }

    async fn this_was_not_me(db) {
        let app = TestApp::start_pseudo(db).await;
        let first = app.open("ana").await;
        let code = app.not_me("ana@demo.postern.invalid", "àšķêď ţô ŕêĉôvêŕ").await;
        let second = app.open("ana").await;
        let (first, second) = (app.row(&first).await.reference, app.row(&second).await.reference);
        let page = app.browser().post("/not-me", &[("code", &code)]).await;
        let (_, rest) = page.body.split_once("name=\"code\" value=\"").unwrap();
        app.secrets.saw_contest(rest.split('"').next().unwrap());
        all_messages(&app, &page, &[&first, &second]);
    }

    async fn new_codes_on_the_claimant_page(db) {
        let app = TestApp::start_pseudo(db).await;
        let pages = Pages::load_with(false, Language::Pseudo, &std::sync::Arc::default()).unwrap();
        let values = context! {
            organisation => app.scope().tenant.name.clone(), desk_line => "555, 9 to 5", path => "/", toast => (), who => (),
            page => context! { codes => ["7K3M-9QXR"], reference => "C-7K3M9Q" },
        };
        let body = pages.render("portal/backup_codes.html", values).unwrap();
        let page = Answer { status: 200, headers: HeaderMap::new(), body };
        all_messages(&app, &page, &["7K3M-9QXR", "9 to 5"]);
    }
}
