//! People are found by how their words begin, and listed a page at a time.

use postern::actions::add_contact::{TypedContact, add_contact};
use postern::actions::change_person::{WantedPerson, change_person};
use postern::actions::remove_contact::remove_contact;
use postern::store::Engine;
use postern::store::persons::{self, NewPerson, PersonCursor};
use postern_core::id::PersonId;
use postern_core::person::Role;

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

impl TestApp {
    /// Logins in the order of the list, of every page together.
    async fn found(&self, typed: &str, at_once: i64) -> Vec<String> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = persons::list(&self.db, &self.tenant, typed, (after.as_ref(), at_once)).await.unwrap();
            assert!(page.people.len() <= usize::try_from(at_once).unwrap());
            found.extend(page.people.iter().map(|person| person.login.clone()));
            match page.next {
                Some(next) => after = Some(PersonCursor::parse(&next.to_string())),
                None => return found,
            }
        }
    }

    /// Adds people without a word on the log.
    async fn plant_people(&self, people: &[(String, String)]) {
        let scope = self.scope();
        let mut change = scope.begin().await.unwrap();
        let ids: Vec<PersonId> = people.iter().map(|_| PersonId::new(change.id().unwrap())).collect();
        let rows = ids.iter().zip(people).map(|(id, (login, name))| NewPerson {
            id,
            login,
            name,
            tier: "standard",
            role: Role::Person,
            manager: None,
            password_hash: None,
        });
        persons::insert_all(&mut change, &rows.collect::<Vec<_>>()).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
    }

    /// Takes them out again: the check at the end counts everybody against the log.
    async fn remove_planted_people(&self) {
        for sql in [
            "DELETE FROM person_words WHERE person_id IN (SELECT id FROM persons WHERE login LIKE 'zz%')",
            "DELETE FROM persons WHERE login LIKE 'zz%'",
        ] {
            sqlx::query(self.own(sql)).execute(self.db.reader()).await.unwrap();
        }
    }
}

fn planted(names: &[&str]) -> Vec<(String, String)> {
    (1..).zip(names).map(|(n, name)| (format!("zz{n}"), (*name).to_owned())).collect()
}

on_both! {
    async fn each_typed_word_begins_a_word_of_who_is_found(db) {
        let app = TestApp::start(db).await;
        app.plant_people(&planted(&["Émile Zola-Dupont", "Emil Nolde", "Dupont Émilie Emilia", "100% O'Hara_"])).await;
        for (typed, logins) in [
            ("emil", vec!["emil", "zz2", "zz1", "zz3"]),
            ("ÉMILE", vec!["zz1"]),
            ("dupont", vec!["zz1", "zz3"]),
            ("emili dup", vec!["zz3"]),
            ("dup emili", vec!["zz3"]),
            ("emil nolde", vec!["zz2"]),
            ("emil nobody", vec![]),
            ("upont", vec![]),
            ("zz", vec!["zz1", "zz2", "zz3", "zz4"]),
            ("zz4 hara", vec!["zz4"]),
            ("100%", vec!["zz4"]),
            ("%", vec![]),
            ("_", vec![]),
            ("ana@demo.postern.invalid", vec!["ana"]),
            ("ana@demo", vec!["ana"]),
        ] {
            for at_once in [1, 2, 50] {
                let mut found = app.found(typed, at_once).await;
                if typed == "emil" {
                    // The word that was found says the order: emil, emile, emilia.
                    assert_eq!(found, logins, "{typed}, {at_once} at once");
                }
                found.sort();
                let mut logins = logins.clone();
                logins.sort_unstable();
                assert_eq!(found, logins, "{typed}, {at_once} at once");
            }
        }
        app.remove_planted_people().await;
    }

    async fn a_new_name_and_an_address_are_found_and_old_ones_are_not(db) {
        let app = TestApp::start(db).await;
        let (ada, ana) = (app.caller("ada").await, app.person("ana").await);
        let manager = app.person("mona").await.login;
        let wanted = WantedPerson {
            name: "Anna Bräuer",
            manager: &manager,
            tier: &ana.tier,
            role: ana.role,
            seen: None,
            reason: PLACEHOLDER_REASON,
        };
        assert_eq!(app.found("ferr", 50).await, ["ana"]);
        change_person(&app.scope(), &ada, &ana.id, wanted).await.unwrap();
        assert_eq!(app.found("ferr", 50).await, [""; 0]);
        assert_eq!(app.found("brauer", 50).await, ["ana"]);
        let typed = TypedContact { kind: "email", value: "ana.b@halden.example", reason: PLACEHOLDER_REASON };
        let contact = add_contact(&app.scope(), &ada, &ana.id, typed).await.unwrap();
        assert_eq!(app.found("ana.b@hal brau", 50).await, ["ana"]);
        remove_contact(&app.scope(), &ada, &ana.id, (contact.as_str(), PLACEHOLDER_REASON)).await.unwrap();
        assert_eq!(app.found("ana.b@hal", 50).await, [""; 0]);
        assert_eq!(app.found("ana@demo", 50).await, ["ana"], "the other address is on file");
    }

    /// More than one page, with names that are alike: everybody once, in one order on both databases.
    async fn pages_follow_each_other_and_nobody_is_left_out(db) {
        let app = TestApp::start(db).await;
        let names: Vec<String> = (0..130).map(|n| format!("{} Qvist {}", ["Åsa", "asa", "Bo", "Zoë"][n % 4], n % 3)).collect();
        app.plant_people(&planted(&names.iter().map(String::as_str).collect::<Vec<_>>())).await;
        let everybody = app.found("", 1000).await;
        assert_eq!(everybody.len(), usize::try_from(app.count("SELECT COUNT(*) FROM persons").await).unwrap());
        assert_eq!(app.found("", 7).await, everybody);
        let of_qvist = app.found("qv", 7).await;
        assert_eq!((of_qvist.len(), of_qvist.iter().collect::<std::collections::BTreeSet<_>>().len()), (130, 130));
        let zoe = everybody.iter().position(|login| login == "zz4").unwrap();
        let bo = everybody.iter().position(|login| login == "zz3").unwrap();
        assert!(bo < zoe && everybody.iter().position(|login| login == "zz1").unwrap() < bo, "accents and capitals count nothing");
        let ben = app.browser_with_planted_session("ben").await;
        let first = ben.get("/desk/people?q=qvist").await;
        let more = first.ok().body.split("href=\"/desk/people?").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
        let second = ben.get(&format!("/desk/people?{more}")).await;
        assert_eq!((first.body.matches("Qvist").count(), second.ok().body.matches("Qvist").count()), (50, 50));
        ben.get("/desk/people?q=qvist&after=nobody+r").await.ok().shows("Nobody follows");
        let mut seen = 0;
        let first = "/api/v1/people?q=qvist&limit=60";
        let mut path = first.to_owned();
        loop {
            let page = ben.get(&path).await.ok().json();
            seen += page["people"].as_array().unwrap().len();
            let Some(next) = page["next"].as_str() else { break };
            path = format!("{first}&after={}", next.replace(' ', "%20"));
        }
        assert_eq!(seen, 130);
        ben.get("/api/v1/people?limit=201").await.status(400);
        app.remove_planted_people().await;
    }

    /// Two words that many have, and hardly anybody both: a page ends before it has looked at everybody, and the next goes on.
    async fn a_page_that_finds_nobody_goes_on(db) {
        let app = TestApp::start(db).await;
        let name = |n: usize| if n == 4321 { "Uli Qvist" } else if n.is_multiple_of(2) { "Uli X" } else { "Y Qvist" };
        app.plant_people(&planted(&(0..4400).map(name).collect::<Vec<_>>())).await;
        assert_eq!(app.found("uli qvist", 50).await, ["zz4322"]);
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk/people?q=qvist+uli").await.ok().shows("Look further").does_not_show("Uli Qvist");
        app.remove_planted_people().await;
    }

    /// However many people there are, a page of the list and of a search is a walk along an index.
    async fn an_index_serves_them(db) {
        let app = TestApp::start(db).await;
        if app.db.engine() != Engine::Sqlite {
            return;
        }
        let plan = async |sql: &str| {
            let rows: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(app.db.reader()).await.unwrap();
            rows.into_iter().map(|(_, _, _, detail)| detail).collect::<Vec<_>>().join("; ")
        };
        for (looks, sql) in (0..).zip(persons::list_statements()) {
            let plan = plan(&sql).await;
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{sql}: {plan}");
            // A look at one person goes by the person, and not along all who have the word.
            let by_person = "USING COVERING INDEX words_of_person (tenant_id=? AND person_id=? AND word";
            assert_eq!(plan.matches(by_person).count(), looks, "{sql}: {plan}");
        }
    }
}
