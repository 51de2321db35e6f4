//! What is stored of secrets that people type, and what happens when a hash is to cost more.

use std::collections::BTreeSet;

use argon2::{Algorithm, Argon2, Params, Version};
use postern::config::Config;
use postern::hashing::{HashCost, Hashing};
use postern_core::factor::code::{BackupCode, PlainCode};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::on_both::on_both;
use crate::test_app::TestApp;

const RAISED: HashCost = HashCost { memory: 24 << 10, passes: 3 };

fn raised(config: &mut Config) {
    config.argon2 = RAISED;
}

/// Argon2id by the crate itself, not by our own code.
fn argon2id(secret: &[u8], salt: &[u8], cost: HashCost) -> Vec<u8> {
    let params = Params::new(cost.memory, cost.passes, 1, Some(32)).unwrap();
    let mut out = vec![0; 32];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(secret, salt, &mut out).unwrap();
    out
}

fn unpadded(text: &str) -> Vec<u8> {
    data_encoding::BASE64_NOPAD.decode(text.as_bytes()).unwrap()
}

/// Head, salt and hash of a PHC string.
fn parts(phc: &str) -> (String, Vec<u8>, Vec<u8>) {
    let parts: Vec<&str> = phc.split('$').collect();
    let [_, name, version, costs, salt, hash] = parts.try_into().unwrap();
    (format!("{name} {version} {costs}"), unpadded(salt), unpadded(hash))
}

async fn stored(app: &TestApp, login: &str) -> String {
    app.person(login).await.password_hash.unwrap()
}

/// Puts a hash in the place of the one that is there.
async fn plant(app: &TestApp, login: &str, cost: HashCost) -> String {
    let hashing = Hashing::new(cost);
    let phc = hashing.hash(Zeroizing::new(app.password_of(login)), [7; 16]).await.unwrap();
    let sql = app.own("UPDATE persons SET password_hash = $1 WHERE login = $2");
    sqlx::query(sql).bind(&phc).bind(login).execute(app.db.reader()).await.unwrap();
    phc
}

on_both! {
    async fn of_a_password_a_salted_slow_hash_is_stored(db) {
        let app = TestApp::start(db).await;
        let mut salts = BTreeSet::new();
        for login in ["ana", "ben", "gus"] {
            let (head, salt, hash) = parts(&stored(&app, login).await);
            assert_eq!(head, "argon2id v=19 m=19456,t=2,p=1");
            assert_eq!((salt.len(), hash.len()), (16, 32));
            assert_eq!(hash, argon2id(app.password_of(login).as_bytes(), &salt, HashCost::FLOOR));
            assert!(salts.insert(salt), "two people share a salt");
        }
    }

    async fn of_a_backup_code_a_salted_slow_hash_is_stored(db) {
        let app = TestApp::start_with(db, raised).await;
        let mut salts = BTreeSet::new();
        for login in ["ana", "gus"] {
            let (codes, person) = (app.backup_codes_of(login).await, app.person(login).await.id);
            let sql = "SELECT s.salt, c.hash FROM backup_code_sets s JOIN backup_codes c ON c.set_id = s.id \
                       WHERE s.person_id = $1 AND s.revoked_at IS NULL";
            let rows: Vec<(Vec<u8>, Vec<u8>)> =
                sqlx::query_as(app.own(sql)).bind(person.as_str()).fetch_all(app.db.reader()).await.unwrap();
            assert_eq!(rows.len(), codes.len());
            let salt = rows[0].0.clone();
            assert!(salt.len() == 16 && rows.iter().all(|row| row.0 == salt), "a salt of each set");
            for code in codes {
                let input = PlainCode::<BackupCode>::parse(&code).unwrap().hash_input(&person);
                // Of the least cost, whatever passwords cost: the sets of before work on.
                let hash = argon2id(input.as_bytes(), &salt, HashCost::FLOOR);
                assert!(rows.iter().any(|row| row.1 == hash), "it is not stored so");
            }
            assert!(salts.insert(salt), "two sets share a salt");
        }
    }

    async fn a_right_password_is_hashed_anew_once_more_is_wanted(db) {
        let app = TestApp::start_with(db, raised).await;
        let before = stored(&app, "gus").await;
        assert!(app.try_password("gus", "wrong, all of it").await.is_err());
        assert_eq!(stored(&app, "gus").await, before, "after a wrong one");
        app.sign_in("gus").await;
        let anew = stored(&app, "gus").await;
        let (head, salt, hash) = parts(&anew);
        assert_eq!(head, "argon2id v=19 m=24576,t=3,p=1");
        assert_eq!(hash, argon2id(app.password_of("gus").as_bytes(), &salt, RAISED));
        assert_ne!(salt, parts(&before).1);
        // Once: it is what it should be by now.
        app.advance_seconds(30);
        app.sign_in("gus").await;
        assert_eq!(stored(&app, "gus").await, anew);
        assert!(app.try_password("gus", "wrong, all of it").await.is_err());
        assert!(app.events("user.password_changed").await.is_empty(), "the password is the same");
        assert!(stored(&app, "ana").await.contains("m=19456,t=2"), "somebody else's");
    }

    /// Each cost is read from the hash, and one that is higher than today's stays.
    async fn what_was_hashed_at_another_cost_is_checked_at_that_cost(db) {
        let app = TestApp::start_with(db, raised).await;
        let outdated = [HashCost { passes: 2, ..RAISED }, HashCost { memory: 19 << 10, ..RAISED }];
        let fine = [RAISED, HashCost { passes: 4, ..RAISED }, HashCost { memory: 64 << 10, ..RAISED }];
        for (costs, stays) in [(&outdated[..], false), (&fine[..], true)] {
            for cost in costs {
                let planted = plant(&app, "gus", *cost).await;
                assert!(app.try_password("gus", "wrong, all of it").await.is_err(), "{cost:?}");
                app.password("gus").await;
                assert_eq!(stored(&app, "gus").await == planted, stays, "{cost:?}");
            }
        }
    }

    /// Of several at once, one saves its hash, and the others look at it.
    async fn sign_ins_at_once_all_go_on_and_one_hash_stays(db) {
        let app = TestApp::start_with(db, raised).await;
        let mut tasks = JoinSet::new();
        for _ in 0..2 {
            let (scope, password) = (app.scope(), app.password_of("gus"));
            tasks.spawn(async move {
                use postern::actions::sign_in::{Credentials, sign_in};
                let typed = Credentials { login: "gus", password: Zeroizing::new(password), device: None };
                sign_in(&scope, typed).await.map(|begun| begun.token).map_err(|error| error.to_string())
            });
        }
        for outcome in tasks.join_all().await {
            app.secrets.saw(&outcome.unwrap());
        }
        let anew = stored(&app, "gus").await;
        assert!(anew.contains("m=24576,t=3"), "{anew}");
        app.password("gus").await;
        assert_eq!(stored(&app, "gus").await, anew);
    }
}

/// A hash that is weaker than those of today, and the rest, are as much work as one of today: so a wrong password takes as long
/// as at a name that nobody has.
#[test]
fn a_weaker_hash_and_the_rest_cost_as_much_as_one_of_today() {
    let work = |cost: HashCost| u64::from(cost.memory) * u64::from(cost.passes);
    let wanted = [RAISED, HashCost { memory: 64 << 10, passes: 3 }, HashCost::CEILING];
    for wanted in wanted {
        for stored in [HashCost::FLOOR, HashCost { passes: 5, ..HashCost::FLOOR }, RAISED] {
            let rest = stored.rest_of(wanted);
            if work(stored) >= work(wanted) {
                assert_eq!(rest, None, "{stored:?} {wanted:?}");
                continue;
            }
            let rest = rest.unwrap();
            assert!(rest.memory <= wanted.memory, "it fits into a slot");
            let both = work(stored) + work(rest);
            assert!(
                both <= work(wanted) && both + u64::from(wanted.passes) > work(wanted),
                "{stored:?} {wanted:?}"
            );
        }
    }
    assert_eq!(HashCost::FLOOR.rest_of(HashCost::FLOOR), None);
}

/// What this program never made is no hash of anybody's: nobody asks for a gigabyte by a row in the database.
#[tokio::test]
async fn a_hash_that_is_none_of_ours_is_not_computed() {
    let hashing = Hashing::new(HashCost::FLOOR);
    let phc = hashing.hash(Zeroizing::new("the right one".to_owned()), [7; 16]).await.unwrap();
    let check =
        async |phc: String| hashing.verify(Zeroizing::new("the right one".to_owned()), Some(phc)).await;
    assert!(check(phc.clone()).await.unwrap());
    let foreign = [
        ("argon2id", "argon2i"),
        ("v=19", "v=16"),
        ("m=19456", "m=1048576"),
        ("t=2", "t=11"),
        ("p=1", "p=4"),
    ];
    for (ours, theirs) in foreign {
        assert!(check(phc.replace(ours, theirs)).await.is_err(), "{theirs}");
        assert!(!hashing.is_outdated(&phc.replace(ours, theirs)), "{theirs}");
    }
    assert!(check("$2b$12$abcdefghijklmnopqrstuv".to_owned()).await.is_err());
}
