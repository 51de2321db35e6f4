//! People by a file, and everybody as one.

use jiff::SignedDuration;
use postern::actions::bind_claimant_page::callable_numbers;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::Value;

use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

const PAGE: &str = "/desk/people/import";
const API: &str = "/api/v1/people/import";
const TWO: &str = "login,name,email,mobile,office_phone,manager,tier\n\
                   ivy,Ivy Moreau,ivy@halden.example,+447700900121,,max,sensitive\n\
                   max,\"Ortega, Max\",max@halden.example,,+44 20 7946 0199,Mona,\n";

impl TestApp {
    /// The form of the page, as a browser sends it.
    async fn send_people(&self, browser: &Browser, fields: &[(&str, &str)]) -> Answer {
        let part = |(name, value): &(&str, &str)| {
            let file = if *name == "file" { "; filename=\"people.csv\"" } else { "" };
            // Browsers write line ends of a form's texts so.
            let value = if *name == "csv" { value.replace('\n', "\r\n") } else { (*value).to_owned() };
            format!("--xyz\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n")
        };
        let body = fields.iter().map(part).chain(["--xyz--\r\n".to_owned()]).collect::<String>();
        let request = browser.request(Method::POST, PAGE).header(ORIGIN, self.origin());
        browser.send(request.header("content-type", "multipart/form-data; boundary=xyz").body(body)).await
    }

    async fn call_import(&self, browser: &Browser, query: &str, csv: &str) -> Answer {
        let request = browser.request(Method::POST, &format!("{API}?{query}")).header(ORIGIN, self.origin());
        browser.send(request.header("content-type", "text/csv").body(csv.to_owned())).await
    }

    /// What a dry run says, as `line column`, each problem.
    async fn problems(&self, browser: &Browser, csv: &str) -> Vec<String> {
        let said = self.call_import(browser, "dry_run=true", csv).await.ok().json();
        let problems = said["problems"].as_array().unwrap().iter();
        problems.map(|p| format!("{} {}", p["line"], p["column"].as_str().unwrap_or("-"))).collect()
    }

    async fn people(&self) -> i64 {
        self.count("SELECT COUNT(*) FROM persons").await
    }
}

fn plan_of(page: &Answer) -> String {
    page.body.split("name=\"plan\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

on_both! {
    async fn a_dry_run_writes_nothing_and_what_was_shown_is_what_is_done(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let before = app.people().await;
        let entries = app.count("SELECT COUNT(*) FROM audit_entries").await;
        ada.get("/desk/people").await.ok().shows("Import").shows("Export");
        ada.get(PAGE).await.ok().shows("changes nobody");
        let page = app.send_people(&ada, &[("file", TWO), ("csv", "")]).await;
        page.ok().shows("2 people would be added").shows("Ortega, Max").shows("+44 7700 900121").shows("sensitive");
        assert_eq!((app.people().await, app.count("SELECT COUNT(*) FROM audit_entries").await), (before, entries));
        let plan = plan_of(&page);
        let other = TWO.replace("Ivy Moreau", "Eve Moreau");
        app.send_people(&ada, &[("plan", &plan), ("csv", &other)]).await.status(409).shows("Eve Moreau");
        assert_eq!(app.people().await, before, "what was shown was another file");
        app.send_people(&ada, &[("plan", &plan), ("csv", TWO)]).await.leads_to("/desk/people");
        ada.get("/desk/people").await.ok().shows("They are in the directory");
        assert_eq!(app.people().await, before + 2);
        let (ivy, max) = (app.person("ivy").await, app.person("max").await);
        assert_eq!(ivy.manager, Some(max.id.clone()), "a manager from further down in the file");
        assert_eq!(max.manager, Some(app.person("mona").await.id));
        assert_eq!((ivy.tier.as_str(), max.tier.as_str()), ("sensitive", "standard"));
        let imported = app.events("user.imported").await.remove(0);
        assert_eq!((&imported["detail"]["people"], &imported["detail"]["left_alone"]), (&2.into(), &0.into()));
        assert_eq!(imported["detail"]["file_sha256"].as_str().unwrap().len(), 64);
        let added = app.events("user.added").await;
        let by_ada = added.iter().filter(|entry| entry["actor"] == imported["actor"]).count();
        assert_eq!(by_ada, 2);
        let told = app.messages().await.into_iter().filter(|m| m.subject.contains("added by a file"));
        let mut told: Vec<String> = told.map(|m| m.recipient).collect();
        told.sort();
        assert_eq!(told, ["ada@demo.postern.invalid", "otto@demo.postern.invalid"]);
    }

    async fn whoever_is_here_is_left_alone(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let csv = format!("{TWO}ANA,Somebody Else,else@evil.example,+447700900129,,ivy,standard\n");
        let before = app.person("ana").await;
        let said = app.call_import(&ada, "dry_run=true", &csv).await.ok().json();
        assert_eq!((&said["left_alone"][0]["line"], &said["left_alone"][0]["login"]), (&4.into(), &"ANA".into()));
        let query = format!("plan={}", said["plan"].as_str().unwrap());
        let done = app.call_import(&ada, &query, &csv).await.status(201).json();
        assert_eq!(done["added"].as_array().unwrap().len(), 2);
        let after = app.person("ana").await;
        assert_eq!((before.name, before.manager, before.tier), (after.name, after.manager, after.tier));
        assert_eq!(app.count("SELECT COUNT(*) FROM contacts WHERE value LIKE '%evil%'").await, 0);
        let page = app.send_people(&ada, &[("csv", &csv)]).await;
        page.ok().shows("Everybody in the file is here already");
        assert!(!page.body.contains("name=\"plan\""), "there is nothing to do");
        let again = app.call_import(&ada, "dry_run=true", &csv).await.ok().json();
        let query = format!("plan={}", again["plan"].as_str().unwrap());
        app.call_import(&ada, &query, &csv).await.status(409).shows("here already");
    }

    async fn with_one_problem_nothing_is_done(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let before = app.people().await;
        let long = "x".repeat(101);
        for (row, problems) in [
            ("uli,Uli,nothing,,,,", vec!["4 email"]),
            ("uli,Uli,uli@localhost,,,,", vec!["4 email"]),
            ("uli,Uli,u@x.example,07700900121,,,", vec!["4 mobile"]),
            ("uli,Uli,u@x.example,,+44 20,,", vec!["4 office_phone"]),
            ("uli,Uli,u@x.example,,,nobody,", vec!["4 manager"]),
            ("uli,Uli,u@x.example,,,uli,", vec!["4 manager"]),
            ("uli,Uli,u@x.example,,,,gold", vec!["4 tier"]),
            (",,,,,,standard", vec!["4 login", "4 name", "4 email"]),
            (&format!("uli,{long},u@x.example,,,,"), vec!["4 name"]),
            ("Ivy,Ivy,ivy@x.example,,,,", vec!["4 login"]),
            ("uli,Uli", vec!["4 -"]),
            ("u\u{202e}li,Uli,u@x.example,,,,", vec!["4 login"]),
        ] {
            let csv = format!("{TWO}{row}\n");
            assert_eq!(app.problems(&ada, &csv).await, problems, "{row}");
            let page = app.send_people(&ada, &[("csv", &csv)]).await;
            page.status(422).shows("nothing would be added");
            assert!(!page.body.contains("name=\"plan\""), "{row}: what does not do is offered");
            // Whoever sends it all the same, with the hash of what would be done without the problem.
            let plan = app.call_import(&ada, "dry_run=true", &csv).await.json()["plan"].as_str().unwrap().to_owned();
            app.call_import(&ada, &format!("plan={plan}"), &csv).await.status(409);
        }
        assert_eq!(app.people().await, before);
        assert_eq!(app.count("SELECT COUNT(*) FROM contacts WHERE value LIKE '%halden%'").await, 0);
    }

    async fn a_file_gives_no_power_and_proves_nothing(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let row = |role: &str| format!("login,name,email,mobile,role\nivy,Ivy,ivy@halden.example,+447700900121,{role}\n");
        for role in ["agent", "Senior", "ADMIN", "auditor", "root"] {
            let page = app.send_people(&ada, &[("csv", &row(role))]).await;
            page.status(422).shows("No file gives a");
        }
        app.send_people(&ada, &[("csv", &row("agent"))]).await.shows("make them an agent on their page");
        let plan = plan_of(app.send_people(&ada, &[("csv", &row("person"))]).await.ok());
        app.send_people(&ada, &[("csv", &row("person")), ("plan", &plan)]).await.leads_to("/desk/people");
        assert_eq!(app.count("SELECT COUNT(*) FROM power_grants").await, 0);
        let ivy = app.person("ivy").await.id;
        assert_eq!(app.count("SELECT COUNT(*) FROM contacts WHERE confirmed_at IS NOT NULL AND value LIKE '%900121'").await, 0);
        assert_eq!(app.count("SELECT COUNT(*) FROM enrolment_passes").await, 0, "a set-up code is issued on their page");
        ada.get(&format!("/desk/people/{ivy}")).await.ok().shows("Attest");
        // Years do not make it certain; an admin's word does.
        app.advance(app.scope().tenant.settings.contact_min_age + a_day());
        let case = app.open("ivy").await;
        assert_eq!(callable_numbers(&app.scope(), &app.case(&case).await).await.unwrap().len(), 0);
        let ada = app.browser_with_planted_session("ada").await;
        let page = format!("/desk/people/{ivy}/set-up-code");
        let answer = ada.post(&page, &[("reason", PLACEHOLDER_REASON)]).await;
        answer.ok().shows("set-up code");
        app.secrets.saw(&answer.marked("class=\"secret\""));
    }

    async fn files_that_do_not_read_say_why(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let send = async |bytes: &[u8]| {
            let request = ada.request(Method::POST, &format!("{API}?dry_run=true")).header(ORIGIN, app.origin());
            ada.send(request.body(bytes.to_vec())).await
        };
        send(b"login,name,email\nemil,\xc9mil,e@x.example\n").await.status(422).shows("Windows-1252");
        send(b"\xff\xfel\0").await.status(422).shows("UTF-16");
        send(b"").await.status(422).shows("Nobody is in the file");
        send(b"login,name\nx,y\n").await.status(422).shows("no column named email");
        send(b"login,name,email,salary\nx,y,z,1\n").await.status(422).shows("not read");
        send(&vec![b'x'; (2 << 20) + 1]).await.status(422).shows("larger than 2 MiB");
        send(&vec![b'x'; 4 << 20]).await.status(413).shows("larger than 2 MiB");
        // Far too large is read to its end: the connection does not break before the answer is there.
        send(&vec![b'x'; 40 << 20]).await.status(413).shows("larger than 2 MiB");
        let many = format!("login,name,email\n{}", "x,y,z\n".repeat(5001));
        send(many.as_bytes()).await.status(422).shows("more than 5000 people");
        let semicolons = "\u{feff}login;name;email\r\nivy;Ivy;ivy@halden.example\r\n";
        let said = send(semicolons.as_bytes()).await.ok().json();
        assert_eq!((said["problems"].as_array().unwrap().len(), &said["added"][0]["name"]), (0, &Value::from("Ivy")));
        app.send_people(&ada, &[("csv", "login\nx\n")]).await.status(422).shows("no column named name");
        app.send_people(&ada, &[("csv", &"x".repeat(4 << 20))]).await.status(413).shows("larger than 2 MiB");
        app.call_import(&ada, "", TWO).await.status(422).shows("dry run");
    }

    /// Two windows, or two admins: the file that was there first is carried out, the other is told.
    async fn of_two_imports_of_one_file_one_wins(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let before = app.people().await;
        let plan = app.call_import(&ada, "dry_run=true", TWO).await.ok().json()["plan"].as_str().unwrap().to_owned();
        let query = format!("plan={plan}");
        let (one, other) = tokio::join!(app.call_import(&ada, &query, TWO), app.call_import(&ada, &query, TWO));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", one.visible(), other.visible());
        assert_eq!((app.people().await, app.events("user.imported").await.len()), (before + 2, 1));
        app.send_people(&ada, &[("csv", TWO), ("plan", &plan)]).await.status(409).shows("is not what it was");
    }

    /// Somebody takes a login between the look and the act: the whole file waits for another look.
    async fn what_changed_meanwhile_is_shown_anew(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let plan = plan_of(&app.send_people(&ada, &[("csv", TWO)]).await);
        let form = [
            ("login", "max"), ("name", "Max Other"), ("tier", "standard"), ("role", "person"), ("manager", ""),
            ("email", "max@halden.example"), ("office_phone", ""),
        ];
        ada.post("/desk/people/new", &form).await.ok();
        let page = app.send_people(&ada, &[("csv", TWO), ("plan", &plan)]).await;
        page.status(409).shows("is not what it was").shows("1 person would be added, 1 is here already");
        assert_eq!(app.count("SELECT COUNT(*) FROM persons WHERE login = 'ivy'").await, 0);
        app.send_people(&ada, &[("csv", TWO), ("plan", &plan_of(&page))]).await.leads_to("/desk/people");
        assert_eq!(app.person("ivy").await.manager, Some(app.person("max").await.id));
    }

    async fn it_wants_a_touch_and_a_person(db) {
        let app = TestApp::start(db).await;
        let secret = app.token(&["people:read"]).await;
        let program = app.browser();
        let request = program.request(Method::POST, &format!("{API}?dry_run=true")).bearer_auth(&secret);
        program.send(request.body(TWO)).await.status(403).shows("Only a person");
        let ada = app.browser_with_planted_session("ada").await;
        app.advance(SignedDuration::from_secs(301));
        let page = app.send_people(&ada, &[("csv", TWO)]).await;
        let plan = plan_of(page.ok());
        let page = app.send_people(&ada, &[("csv", TWO), ("plan", &plan)]).await;
        page.status(403).shows("touch of your passkey").shows("2 people would be added");
        assert_eq!(plan_of(&page), plan, "what was shown goes with the touch");
        app.call_import(&ada, &format!("plan={plan}"), TWO).await.status(403);
        ada.get("/desk/people/export.csv").await.status(403);
        assert_eq!((app.events("user.imported").await.len(), app.events("user.exported").await.len()), (0, 0));
    }

    async fn an_export_is_what_an_import_reads(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let csv = "login,name,email,mobile\nivy,\"'=HYPERLINK(\"\"http://evil.example\"\")\",'-ivy@halden.example,+447700900121\n";
        let plan = plan_of(app.send_people(&ada, &[("csv", csv)]).await.ok());
        app.send_people(&ada, &[("csv", csv), ("plan", &plan)]).await.leads_to("/desk/people");
        assert_eq!(app.person("ivy").await.name, "=HYPERLINK(\"http://evil.example\")");
        let file = ada.get("/desk/people/export.csv").await;
        assert_eq!(file.ok().headers["content-type"], "text/csv; charset=utf-8");
        let lines: Vec<&str> = file.body.lines().collect();
        assert_eq!(lines[0], "login,name,email,mobile,office_phone,manager,tier,role");
        let people = usize::try_from(app.people().await).unwrap();
        assert_eq!(lines.len(), people + 1);
        let ivy = "ivy,\"'=HYPERLINK(\"\"http://evil.example\"\")\",'-ivy@halden.example,+44 7700 900121,,,standard,person";
        assert!(lines.contains(&ivy), "{}", file.body);
        assert!(lines.iter().any(|line| line.starts_with("ana,Ana Ferreira,ana@demo.postern.invalid,") && line.contains(",mona,")), "{}", file.body);
        let said = app.call_import(&ada, "dry_run=true", &file.body).await.ok().json();
        assert_eq!((said["left_alone"].as_array().unwrap().len(), said["problems"].as_array().unwrap().len()), (people, 0));
        let exported = app.events("user.exported").await;
        assert_eq!((exported.len(), exported[0]["detail"]["people"].as_u64()), (1, u64::try_from(people).ok()));
        let secret = app.token(&["people:read"]).await;
        let program = app.browser();
        let get = || program.request(Method::GET, "/api/v1/people/export").bearer_auth(&secret);
        assert_eq!(program.send(get()).await.ok().body, file.body);
        program.send(get()).await.ok();
        let told = app.messages().await.into_iter().filter(|m| m.subject.contains("directory was exported")).count();
        assert_eq!(told, 4, "of a program's exports once a day");
        let other = app.token(&["cases:read"]).await;
        program.send(program.request(Method::GET, "/api/v1/people/export").bearer_auth(&other)).await.status(403);
    }

    /// More than one read's worth, and more than one lot of statements.
    async fn five_thousand_people_go_in_at_once_and_come_out(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let row = |n: i32| {
            let manager = if n == 1 { "" } else { "p1" };
            format!("p{n},Person {n},p{n}@halden.example,+4477009{:05},{manager}\n", n % 1000)
        };
        let csv = format!("login,name,email,mobile,manager\n{}", (1..=5000).map(row).collect::<String>());
        let plan = app.call_import(&ada, "dry_run=true", &csv).await.ok().json()["plan"].as_str().unwrap().to_owned();
        app.call_import(&ada, &format!("plan={plan}"), &csv).await.status(201);
        let file = ada.get("/desk/people/export.csv").await;
        assert_eq!(file.ok().body.lines().count(), usize::try_from(app.people().await).unwrap() + 1);
        assert_eq!(file.body.matches("@halden.example,+44 7700 9").count(), 5000);
    }
}
