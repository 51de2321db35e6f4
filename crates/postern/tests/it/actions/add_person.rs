use crate::on_both::on_both;
use crate::test_app::TestApp;

const PASSWORD: &str = "gravel-otter-91-lamp-violet";

pub fn ivy<'a>(role: &'a str, email: &'a str, office_phone: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("login", "ivy"),
        ("name", "Ivy Moreau"),
        ("tier", "standard"),
        ("role", role),
        ("manager", ""),
        ("email", email),
        ("office_phone", office_phone),
    ]
}

impl TestApp {
    /// Whom a message under this subject went to.
    async fn notified(&self, subject: &str) -> Vec<String> {
        let messages = self.messages().await.into_iter().filter(|m| m.subject.contains(subject));
        let mut notified: Vec<String> = messages.map(|m| m.recipient).collect();
        notified.sort();
        notified
    }
}

const OVERSEERS: [&str; 2] = ["ada@demo.postern.invalid", "otto@demo.postern.invalid"];

on_both! {
    async fn what_cannot_be_a_contact_is_refused_where_it_is_typed(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let mail = "ivy@halden.example";
        for wrong in ["ivy", "ivy@", "@halden.example", "ivy@halden", "ivy@halden.example, eve@evil.example", "Ivy <ivy@halden.example>"] {
            let form = ivy("person", wrong, "");
            ada.post("/desk/people/new", &form).await.status(422).shows("no mail address");
        }
        for wrong in ["020 7946 0199", "ask Mona", "+44 20 7946 0199 ext 3"] {
            let form = ivy("person", mail, wrong);
            ada.post("/desk/people/new", &form).await.status(422).shows("+44 20 7946 0102");
        }
        ada.post("/desk/people/new", &ivy("person", mail, "+44 20")).await.status(422).shows("count the digits");
        ada.post("/desk/people/new", &ivy("person", mail, "+44 20 7946")).await.status(422).shows("count the digits");
        let sent = serde_json::json!({
            "login": "ivy", "name": "Ivy Moreau", "tier": "standard", "role": "person", "email": mail, "office_phone": "12345",
        });
        ada.post_json("/api/v1/people", &sent).await.status(422);
        assert_eq!(app.count("SELECT COUNT(*) FROM persons WHERE login = 'ivy'").await, 0);
        ada.post("/desk/people/new", &ivy("person", mail, "+44 20 7946 0199")).await.ok();
    }

    async fn new_staff_is_told_to_every_admin_and_auditor(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        ada.post("/desk/people/new", &ivy("person", "ivy@halden.example", "")).await.ok();
        assert!(app.notified("to get a desk role").await.is_empty(), "she has no power there");
        let mut form = ivy("agent", "max@halden.example", "");
        form[0].1 = "max";
        ada.post("/desk/people/new", &form).await.ok();
        assert_eq!(app.notified("to get a desk role").await, OVERSEERS);
        app.token(&["cases:read"]).await;
        assert_eq!(app.notified("service token was made").await, OVERSEERS);
    }

    async fn a_password_that_a_set_up_code_sets_is_told(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let added = ada.post("/desk/people/new", &ivy("person", "ivy@halden.example", "")).await;
        let text = added.ok().visible();
        let code = text.split_whitespace().find(|word| word.len() == 19 && word.matches('-').count() == 3).unwrap();
        app.secrets.saw(code);
        app.secrets.saw(PASSWORD);
        let form = [("code", code), ("login", "ivy"), ("password", PASSWORD)];
        app.browser().post("/set-up", &form).await.leads_to("/enrol");
        assert_eq!(app.notified("A password was set").await, ["ivy@halden.example"]);
        // Whoever has the code and is not Ivy has the account stopped by her.
        let code = app.not_me("ivy@halden.example", "A password was set").await;
        app.browser().post("/not-me", &[("code", &code)]).await.ok().shows("It is stopped");
        assert_eq!(app.notified("Your account is").await, ["ivy@halden.example"]);
    }
}
