use super::super::tests::read_data;
use super::*;

fn api(method: &str, path: &str, body: &str) -> Parsed<'static> {
    read_data(&format!(
        r#""type":"sapi","description":"d","user_id":"auth0|admin","ip":"198.51.100.9","details":{{"request":{{"method":"{method}","path":"/api/v2/{path}","body":{body},"auth":{{"user":{{"email":"ada@corp.example"}}}}}},"response":{{"statusCode":200}}}}"#
    ))
}

#[test]
fn an_administrator_changes_an_account() {
    for (method, path, body, change) in [
        ("delete", "users/auth0%7C1/authenticators", "[]", Lifecycle::FactorReset),
        ("delete", "users/auth0%7C1/multifactor/duo", "{}", Lifecycle::FactorRemoved),
        ("delete", "users/auth0%7C1/authentication-methods/x", "{}", Lifecycle::FactorRemoved),
        ("post", "users/auth0%7C1/recovery-code-regeneration", "{}", Lifecycle::BypassCreated),
        ("patch", "users/auth0%7C1", r#"{"blocked":true}"#, Lifecycle::Disabled),
        ("patch", "users/auth0%7C1", r#"{"blocked":false}"#, Lifecycle::Enabled),
        ("patch", "users/auth0%7C1", r#"{"password":"*****"}"#, Lifecycle::PasswordReset),
        ("delete", "users/auth0%7C1", "{}", Lifecycle::Disabled),
        ("delete", "user-blocks/auth0%7C1", "{}", Lifecycle::Unlock),
    ] {
        let Parsed::Attempt(record) = api(method, path, body) else { panic!("{method} {path}") };
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{method} {path} {body}");
        // The change is the person's; the record's own user made it.
        assert_eq!(
            (record.person_id.as_deref(), record.actor.as_deref()),
            (Some("auth0|1"), Some("ada@corp.example"))
        );
    }
    let Parsed::Attempt(policy) = api("put", "guardian/policies", "[]") else { panic!() };
    assert_eq!(policy.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged));
    assert_eq!((policy.person, policy.person_id), (None, None));
    for (method, path) in
        [("patch", "users/auth0%7C1"), ("get", "users/auth0%7C1"), ("delete", "users/x/refresh-tokens")]
    {
        assert_eq!(api(method, path, "{}"), Parsed::Unrecognised("auth0 sapi".into()), "{method} {path}");
    }
}
