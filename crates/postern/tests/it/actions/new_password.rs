//! What a new password must be, and need not be.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use jiff::SignedDuration;
use zeroize::Zeroizing;

use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// Gus, and the password that he has.
struct Gus<'a> {
    app: &'a TestApp,
    browser: Browser,
    password: String,
}

impl<'a> Gus<'a> {
    async fn signed_in(app: &'a TestApp) -> Self {
        let browser = app.browser();
        app.sign_in_by_hand(&browser, "gus").await;
        Self { app, browser, password: app.password_of("gus") }
    }

    async fn change_to(&mut self, new: &str) -> Answer {
        let proof = self.app.code_proof("gus").await;
        let form = [
            ("current_password", self.password.as_str()),
            ("new_password", new),
            ("code", proof["code"].as_str().unwrap()),
        ];
        let answer = self.browser.post("/account/password", &form).await;
        if answer.status == 303 {
            new.clone_into(&mut self.password);
            self.app.secrets.saw(new);
        }
        answer
    }

    /// Whether a password gets as far as the second step.
    async fn opens(&self, password: &str) -> bool {
        self.app.browser().post("/sign-in", &[("login", "gus"), ("password", password)]).await.status == 303
    }
}

/// So many characters of a script of two bytes each, in no order that a list would have.
fn long(count: usize) -> String {
    let letters: Vec<char> = ('а'..='я').collect();
    (0..count).map(|n| letters[(n * n * 7 + n * 11 + 3) % letters.len()]).collect()
}

on_both! {
    async fn every_kind_of_characters_is_fine_and_none_is_wanted(db) {
        let app = TestApp::start(db).await;
        let mut gus = Gus::signed_in(&app).await;
        for new in [
            "quarzvogelimhof",
            "QUARZVOGELIMHOF",
            "7302954816203",
            "}{~^|\\_<>&\"'%",
            "  gravel otter  lamp  ",
            "жёлтый трактор поёт",
            "石橋を叩いて渡る鳥は雲に住む",
            "🦦🪨🔦🟣🛶🧲🪁🧶🪗🥁🪘🪃",
        ] {
            gus.change_to(new).await.leads_to("/account");
            assert!(gus.opens(new).await, "{new} does not open");
            // As it was typed: neither trimmed nor folded.
            for other in [new.trim(), &new.to_lowercase(), &new.to_uppercase()] {
                assert!(other == new || !gus.opens(other).await, "{other:?} opens for {new:?}");
            }
        }
    }

    /// Each code point is one character, and the last one counts.
    async fn all_of_128_characters_is_compared(db) {
        let app = TestApp::start(db).await;
        let mut gus = Gus::signed_in(&app).await;
        let (longest, other) = (long(127) + "ж", long(127) + "ш");
        assert_eq!((longest.chars().count(), longest.len()), (128, 256));
        gus.change_to(&(longest.clone() + "ж")).await.status(422).shows("128 characters or fewer");
        gus.change_to(&longest).await.leads_to("/account");
        assert!(gus.opens(&longest).await);
        assert!(!gus.opens(&other).await, "the last character was not looked at");
        assert!(!gus.opens(&long(127)).await, "the last character was not missed");
        // 64 characters of four bytes, and twelve, which are enough.
        let kites: String = ["🪁", "🦦", "🪨", "🔦"].iter().cycle().step_by(3).take(53).copied().chain(long(11).chars().map(|_| "🛶")).collect();
        assert_eq!(kites.chars().count(), 64);
        gus.change_to(&(kites + &long(8))).await.leads_to("/account");
        gus.change_to(&long(11)).await.status(422).shows("12 characters or more");
        gus.change_to(&long(12)).await.leads_to("/account");
    }

    /// The login, the name and the organisation, whole and in words. For somebody who is called otherwise they would do.
    async fn what_the_person_and_the_organisation_are_called_is_refused(db) {
        let app = TestApp::start(db).await;
        let mut gus = Gus::signed_in(&app).await;
        let person = app.person("gus").await;
        let called = [person.login.as_str(), person.name.as_str(), "Halden Works"];
        let guess = async |password: &str, called: &[&str]| {
            app.hashing.is_easy_to_guess(Zeroizing::new(password.to_owned()), called).await.unwrap()
        };
        for leaning in ["Halden WorksGus Petrov", "petrovhalden", "HaldenPetrov"] {
            assert!(!guess(leaning, &["fay", "Fay Duran", "Quay"]).await, "{leaning} is easy for everybody");
            assert!(guess(leaning, &called).await, "{leaning} is not easy for who knows him");
            gus.change_to(leaning).await.status(422).shows("your name or the organisation's");
        }
    }
}

on_both! {
    /// No password runs out: after years it lets in as it always did, and no page asks for another one.
    async fn a_password_is_good_for_as_long_as_its_owner_keeps_it(db) {
        let app = TestApp::start(db).await;
        let gus = Gus::signed_in(&app).await;
        app.advance(SignedDuration::from_hours(5 * 365 * 24));
        gus.browser.get("/account").await.leads_to("/sign-in");
        let form = [("login", "gus"), ("password", gus.password.as_str())];
        gus.browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let code = app.phone("gus").await.code(app.seconds());
        gus.browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        gus.browser.get("/").await.leads_to("/account");
        let page = gus.browser.get("/account").await;
        page.ok().shows("Your account").does_not_show("password has to").does_not_show("password is old");
    }
}

/// Password managers find out by the attribute what a field is for, and what they put in arrives whole: no field cuts it, and no
/// script of ours looks at pasting. None of them shows what is typed.
#[test]
fn password_managers_and_pasting_work() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("templates"), root.join("static")];
    let mut fields = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = path.display().to_string();
        let kind = path.extension().and_then(OsStr::to_str);
        if !matches!(kind, Some("html" | "js")) || name.ends_with("htmx.js") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for mark in ["onpaste", "\"paste\"", "'paste'", "clipboardData"] {
            assert!(!text.contains(mark), "{name} has {mark}");
        }
        for field in
            text.split("<input").skip(1).map(|rest| rest.split_once('>').map_or(rest, |(field, _)| field))
        {
            let is_named = ["password", "current_password", "new_password"]
                .iter()
                .any(|name| field.contains(&format!("name=\"{name}\"")));
            let is_hidden = field.contains("type=\"password\"");
            assert!(is_hidden || !is_named, "{name}: whoever looks on reads what is typed: {field}");
            if !is_hidden {
                continue;
            }
            let is_said = ["current-password", "new-password"]
                .iter()
                .any(|what| field.contains(&format!("autocomplete=\"{what}\"")));
            assert!(is_said, "{name}: a password manager does not know what this is: {field}");
            assert!(!field.contains("maxlength"), "{name}: a long password would be cut: {field}");
            fields += 1;
        }
    }
    assert!(fields >= 5, "{fields} fields");
}
