//! Hardware tokens: imported whole or not at all, made theirs by one person, and each code good once.

use postern_core::factor::hardware_token::{MovingFactor, TokenModel};
use postern_core::factor::otp_codes::{OtpAlgorithm, OtpCodes};
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const PAGE: &str = "/desk/hardware-tokens";
const API: &str = "/api/v1/hardware-tokens/import";
const SEED: [u8; 20] = *b"12345678901234567890";
/// That of FT-1, whose last byte is another one than that of FT-2.
const FIRST_SEED: [u8; 20] = *b"12345678901234567891";
const FILE: &str = "serial,seed,type,digits,counter\n\
                    FT-1,3132333435363738393031323334353637383931,HOTP,6,5\n\
                    FT-2,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,HOTP,6,\n";
/// The token of RFC 6030, with the seed of FT-2: encrypted by a key, by a passphrase, and in the clear.
const FIGURE_6: &str = include_str!("../../../../core/src/token_file/rfc_6030/figure_6.xml");
const FIGURE_7: &str = include_str!("../../../../core/src/token_file/rfc_6030/figure_7.xml");
const FIGURE_3: &str = include_str!("../../../../core/src/token_file/rfc_6030/figure_3.xml");

pub(super) fn code(count: i64) -> String {
    code_of(&SEED, count)
}

fn code_of(seed: &[u8], count: i64) -> String {
    let codes = OtpCodes { algorithm: OtpAlgorithm::Sha1, digits: 6 };
    TokenModel { moved_by: MovingFactor::Count, codes }.code(seed, count).unwrap()
}

impl TestApp {
    async fn import_tokens(&self, browser: &Browser, csv: &str) -> Answer {
        let request =
            browser.request(Method::POST, "/api/v1/hardware-tokens/import").header(ORIGIN, self.origin());
        browser.send(request.header("content-type", "text/csv").body(csv.to_owned())).await
    }

    /// A file and its key, as a form: that of the page, or of the API.
    async fn send_tokens(&self, browser: &Browser, path: &str, (file, key): (&str, &str)) -> Answer {
        self.send_parts(browser, path, &[("csv", file), ("key", key)]).await
    }

    async fn send_parts(&self, browser: &Browser, path: &str, parts: &[(&str, &str)]) -> Answer {
        let part = |(name, text): &(&str, &str)| {
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = parts.iter().map(part).collect::<String>() + "--xyz--\r\n";
        let request = browser.request(Method::POST, path).header(ORIGIN, self.origin());
        browser.send(request.header("content-type", "multipart/form-data; boundary=xyz").body(body)).await
    }

    /// What the list says of each token: serial number, state and owner.
    async fn tokens(&self, admin: &Browser) -> Vec<(String, String, String)> {
        let list = admin.get("/api/v1/hardware-tokens").await.ok().json();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let tokens = list["tokens"].as_array().unwrap().iter();
        tokens.map(|t| (text(&t["serial"]), text(&t["state"]), text(&t["person"]))).collect()
    }

    /// Gus, signed in, with the token whose next code is the one of count 2.
    pub(super) async fn gus_with_a_token(&self) -> (Browser, Browser) {
        self.secrets.saw_seed(&SEED);
        self.secrets.saw_seed(&FIRST_SEED);
        let ada = self.browser_with_planted_session("ada").await;
        self.import_tokens(&ada, FILE).await.status(201);
        let gus = self.browser();
        self.sign_in_by_hand(&gus, "gus").await;
        let proof = self.code_proof("gus").await;
        self.add_token(&gus, ("ft-2", 0, 1), &proof).await.status(204);
        (ada, gus)
    }

    async fn add_token(
        &self,
        browser: &Browser,
        (serial, first, second): (&str, i64, i64),
        proof: &Value,
    ) -> Answer {
        let seed = if serial == "FT-1" { FIRST_SEED } else { SEED };
        let (first, second) = (code_of(&seed, first), code_of(&seed, second));
        let sent = json!({ "serial": serial, "first_code": first, "second_code": second, "proof": proof });
        browser.post_json("/api/v1/account/hardware-token/finish", &sent).await
    }

    /// A sign-in with the code of a count.
    async fn signs_in(&self, login: &str, count: i64) -> Answer {
        let browser = self.browser();
        let form = [("login", login), ("password", &self.password_of(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        browser.post("/sign-in/hardware-token", &[("token_code", &code(count))]).await
    }
}

on_both! {
    async fn a_file_is_imported_whole_or_not_at_all(db) {
        let app = TestApp::start(db).await;
        app.secrets.saw_seed(&SEED);
        let ada = app.browser_with_planted_session("ada").await;
        let (other, equal) = ("3132".repeat(10), "31".repeat(20));
        let bad = format!("{FILE}FT-3,3132,HOTP,6,\nFT-1,{other},HOTP,6,\nFT-4,{equal},HOTP,6,\n");
        let said = app.import_tokens(&ada, &bad).await;
        said.status(422).shows("Nothing was imported. Line 4: The seed must be").shows("Line 5: This serial number").shows("Line 6: All bytes");
        assert_eq!(app.count("SELECT COUNT(*) FROM hardware_tokens").await, 0);
        app.import_tokens(&ada, FILE).await.status(201);
        app.import_tokens(&ada, FILE).await.status(422).shows("Line 2: A token with this serial number was imported before.");
        let renamed = FILE.replace("FT-", "GT-");
        app.import_tokens(&ada, &renamed).await.status(422).shows("Line 3: A token with this seed was imported before.");
        app.import_tokens(&ada, &"x".repeat(2 << 20)).await.status(422).shows("1 MiB");
        let unbound = |serial: &str| (serial.to_owned(), "unbound".to_owned(), "-".to_owned());
        assert_eq!(app.tokens(&ada).await, [unbound("FT-1"), unbound("FT-2")]);
        ada.get(PAGE).await.ok().shows("FT-1").shows("HOTP, 6 digits, SHA1");
        let record = &app.events("mfa.hardware_tokens_imported").await[0];
        assert_eq!(record["detail"]["tokens"], 2);
        // Nobody but an admin, and not without a touch.
        let bea = app.browser_with_planted_session("bea").await;
        app.import_tokens(&bea, FILE).await.status(403);
        bea.get(PAGE).await.status(403);
        app.advance_seconds(400);
        app.import_tokens(&ada, "serial,seed,type\nFT-9,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,HOTP\n").await.status(403);
        assert_eq!(app.tokens(&ada).await.len(), 2);
    }

    async fn a_file_in_pskc_is_imported_with_its_key_alone(db) {
        let app = TestApp::start(db).await;
        app.secrets.saw_seed(&SEED);
        for key in ["12345678901234567890123456789012", "qwerty"] {
            app.secrets.saw(key);
        }
        let ada = app.browser_with_planted_session("ada").await;
        // Without its key, and with another one, nothing of it is read; no answer repeats what was typed.
        app.import_tokens(&ada, FIGURE_6).await.status(422).shows("The file is encrypted by a key");
        let wrong = "22345678901234567890123456789012";
        for path in [PAGE, API] {
            let said = app.send_tokens(&ada, path, (FIGURE_7, "")).await;
            said.status(422).shows("encrypted by a passphrase");
            let said = app.send_tokens(&ada, path, (FIGURE_6, wrong)).await;
            said.status(422).shows("does not open").does_not_show(wrong);
            let said = app.send_tokens(&ada, path, (FILE, wrong)).await;
            said.status(422).shows("nothing in the file is encrypted").does_not_show(wrong);
            // Nothing of what is sent is left out in silence.
            app.send_parts(&ada, path, &[("file", FIGURE_3), ("csv", FILE)]).await.status(400).shows("Two files");
            let keys = [("file", FIGURE_6), ("key", wrong), ("key", wrong)];
            app.send_parts(&ada, path, &keys).await.status(400).shows("two keys");
            app.send_parts(&ada, path, &[("file", FILE), ("seeds", "x")]).await.status(400).shows("none of file, csv and key");
        }
        assert_eq!(app.count("SELECT COUNT(*) FROM hardware_tokens").await, 0);
        app.send_tokens(&ada, API, (FIGURE_6, "12345678901234567890123456789012")).await.status(201);
        assert_eq!(app.tokens(&ada).await, [("987654321".to_owned(), "unbound".to_owned(), "-".to_owned())]);
        ada.get(PAGE).await.ok().shows("HOTP, 8 digits, SHA1");
        // One seed, by another file and another number, and from the page.
        let renamed = FIGURE_7.replace("987654321", "987654322");
        let hashed = app.hashing.slots_taken();
        let said = app.send_tokens(&ada, PAGE, (&renamed, "qwerty")).await;
        said.status(422).shows("A token with this seed was imported before.");
        assert_eq!(app.hashing.slots_taken(), hashed, "a passphrase holds up nobody who signs in");
        app.import_tokens(&ada, &"<a>".repeat(40)).await.status(422).shows("more elements, attributes or levels");
        app.import_tokens(&ada, &"<a/>".repeat(3 << 20)).await.status(422).shows("10 MiB (PSKC)");
    }

    async fn a_seed_is_never_imported_again_whatever_became_of_its_token(db) {
        let app = TestApp::start(db).await;
        let (ada, _) = app.gus_with_a_token().await;
        let list = ada.get("/api/v1/hardware-tokens").await.ok().json();
        for token in list["tokens"].as_array().unwrap() {
            let path = format!("{PAGE}/{}/retire", token["id"].as_str().unwrap());
            ada.post(&path, &[]).await.leads_to(PAGE);
        }
        app.import_tokens(&ada, FIGURE_3).await.status(422).shows("A token with this seed was imported before.");
        app.import_tokens(&ada, &FILE.replace("FT-", "GT-")).await.status(422).shows("Line 2: A token with this seed").shows("Line 3:");
    }

    async fn a_token_is_its_owners_and_each_code_is_good_once(db) {
        let app = TestApp::start(db).await;
        let (ada, gus) = app.gus_with_a_token().await;
        assert_eq!(app.tokens(&ada).await[1], ("FT-2".to_owned(), "bound".to_owned(), "Gus Petrov".to_owned()));
        gus.get("/account").await.ok().shows("Hardware token FT-2");
        // Nobody takes it a second time, and no number says more than another.
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        for serial in ["FT-2", "FT-77", "<i>"] {
            let proof = app.code_proof("fay").await;
            app.add_token(&fay, (serial, 3, 4), &proof).await.status(422).shows("do not belong together");
        }
        app.signs_in("gus", 1).await.status(422).shows("used already");
        app.signs_in("gus", 4).await.leads_to("/");
        app.signs_in("gus", 4).await.status(422).shows("used already");
        app.signs_in("gus", 3).await.status(422);
        app.wait_for_next_try();
        app.signs_in("gus", 14).await.leads_to("/");
        let session = gus.get("/api/v1/account/factors").await.ok().json();
        assert_eq!(session["factors"][1]["kind"], "hardware_token");
        gus.get("/account/activity").await.ok().shows("Signed in with password and hardware token");
        assert_eq!(app.count("SELECT COUNT(*) FROM hardware_tokens WHERE factor_id IS NOT NULL AND LENGTH(sealed) > 0").await, 0);
    }

    async fn of_many_who_type_one_code_one_gets_in(db) {
        let app = TestApp::start(db).await;
        app.gus_with_a_token().await;
        let mut browsers = Vec::new();
        for _ in 0..4 {
            let browser = app.browser();
            let form = [("login", "gus"), ("password", &app.password_of("gus"))];
            browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
            browsers.push(browser);
        }
        let mut tries = JoinSet::new();
        for browser in browsers {
            tries.spawn(async move { browser.post("/sign-in/hardware-token", &[("token_code", &code(2))]).await.status });
        }
        let statuses = tries.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    }

    async fn one_pressed_too_often_is_set_right_by_its_owner_alone(db) {
        let app = TestApp::start(db).await;
        let (_, gus) = app.gus_with_a_token().await;
        app.signs_in("gus", 200).await.status(422).does_not_show("too often");
        gus.get("/account").await.ok().shows("It was pressed too often");
        let factors = gus.get("/api/v1/account/factors").await.ok().json();
        let id = factors["factors"][1]["id"].as_str().unwrap().to_owned();
        let page = format!("/account/factors/{id}/resync");
        gus.get(&page).await.ok().shows("Set Hardware token FT-2 right");
        let path = format!("/api/v1{page}/finish");
        let sent = |first, second, proof: &Value| json!({ "first_code": code(first), "second_code": code(second), "proof": proof });
        // A code of its own proves nothing, and two that do not follow each other set nothing.
        gus.post_json(&path, &sent(201, 202, &json!({ "code": code(3) }))).await.status(422).shows("Show another factor");
        app.wait_for_next_try();
        let proof = app.code_proof("gus").await;
        gus.post_json(&path, &sent(201, 203, &proof)).await.status(422).shows("follow each other");
        app.wait_for_next_try();
        let proof = app.code_proof("gus").await;
        gus.post_json(&path, &sent(201, 202, &proof)).await.status(204);
        gus.get("/account").await.ok().does_not_show("It was pressed too often");
        app.signs_in("gus", 202).await.status(422);
        app.wait_for_next_try();
        app.signs_in("gus", 203).await.leads_to("/");
        assert_eq!(app.events("mfa.factor_resynced").await[0]["detail"]["kind"], "hardware_token");
    }

    async fn a_retired_token_is_dead_and_its_owner_is_told(db) {
        let app = TestApp::start(db).await;
        let (ada, gus) = app.gus_with_a_token().await;
        let list = ada.get("/api/v1/hardware-tokens").await.ok().json();
        let id = |n: usize| list["tokens"][n]["id"].as_str().unwrap().to_owned();
        let retire = async |n: usize| ada.post(&format!("{PAGE}/{}/retire", id(n)), &[]).await;
        retire(1).await.leads_to(PAGE);
        retire(1).await.status(409);
        gus.get("/account").await.status(303);
        app.signs_in("gus", 5).await.status(422);
        assert_eq!(app.events("mfa.factor_removed").await[0]["detail"]["why"], "the hardware token was retired");
        retire(0).await.leads_to(PAGE);
        let retired = app.tokens(&ada).await.into_iter().filter(|(_, state, _)| state == "retired").count();
        assert_eq!(retired, 2);
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let proof = app.code_proof("fay").await;
        app.add_token(&fay, ("FT-1", 5, 6), &proof).await.status(422);
        // What its owner removes is dead too.
        assert_eq!(app.count("SELECT COUNT(*) FROM factors WHERE kind = 'hardware_token' AND removed_at IS NULL").await, 0);
    }

    async fn guesses_are_counted_apart_from_the_apps(db) {
        let app = TestApp::start(db).await;
        app.gus_with_a_token().await;
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(app.signs_in("gus", 900).await.status);
        }
        assert!(statuses.contains(&429), "{statuses:?}");
        // The app has a count of its own.
        app.advance_seconds(60);
        app.sign_in_by_hand(&app.browser(), "gus").await;
    }
}
