//! What an API answers instead of a log: a token that ran out, a right that is missing. Saved in place of the log, it
//! is the commonest file that holds nothing.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The kind of such an answer.
pub(super) const ERROR_ANSWER: &str = "an error answer of an API, not a log";

/// Errors are short.
const LONGEST: usize = 8 * 1024;
/// Whatever is longer has one of these in it. Whole logs of other programs are nobody's: they are not to be parsed
/// once more.
const SHORT: usize = 200;
const BEGINNINGS: [&[u8]; 3] = [b"\"error", b"\"stat\"", b"\"__type\""];
/// Everything that is known to stand in an error answer. A record of another program has more.
const MEMBERS: [&str; 36] = [
    "error",
    "errors",
    "error_description",
    "error_codes",
    "error_uri",
    "timestamp",
    "trace_id",
    "correlation_id",
    "errorCode",
    "errorSummary",
    "errorLink",
    "errorId",
    "errorCauses",
    "errorMessage",
    "statusCode",
    "status",
    "message",
    "message_detail",
    "Message",
    "__type",
    "attributes",
    "stat",
    "code",
    "detail",
    "title",
    "type",
    "instance",
    "request_id",
    "requestId",
    "path",
    "jsonrpc",
    "id",
    "result",
    "version",
    "versionnumber",
    "time",
];
/// One of these says that it is one.
const SIGNS: [&str; 5] = ["error", "errors", "errorCode", "errorMessage", "__type"];
/// One of these alone, too.
const ALONE: [&str; 3] = ["detail", "message", "Message"];

/// Is this an error that Graph, Okta, Auth0, Keycloak, Duo, Google, OneLogin, AWS, authentik or privacyIDEA answers?
pub(super) fn is_one(text: &str) -> bool {
    let may_be = |sign: &&[u8]| memchr::memmem::find(text.as_bytes(), sign).is_some();
    let is_short = text.len() <= SHORT || text.len() <= LONGEST && BEGINNINGS.iter().any(may_be);
    if !is_short || !text.starts_with('{') {
        return false;
    }
    let Ok(members) = serde_json::from_str::<BTreeMap<&str, &RawValue>>(text) else { return false };
    let has = |name: &&str| members.contains_key(name);
    let fails = members.get("stat").is_some_and(|stat| stat.get() == "\"FAIL\"");
    let within =
        ["status", "result"].iter().filter_map(|name| members.get(name)).any(|inner| has_error(inner.get()));
    let is_alone = members.len() == 1 && ALONE.iter().any(has);
    members.keys().all(|name| MEMBERS.contains(name))
        && (SIGNS.iter().any(has) || fails || within || is_alone)
}

fn has_error(text: &str) -> bool {
    #[derive(Deserialize)]
    struct ErrorBody<'t> {
        #[serde(borrow)]
        error: &'t RawValue,
    }
    serde_json::from_str::<ErrorBody<'_>>(text)
        .is_ok_and(|inner| !matches!(inner.error.get(), "null" | "false"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Parsed, ReadOptions, tests::lines};

    #[test]
    fn the_errors_of_providers_are_told_from_records_of_other_programs() {
        for (text, is_error) in [
            (
                r#"{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired."}}"#,
                true,
            ),
            (r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorCauses":[]}"#, true),
            (r#"{"statusCode":401,"error":"Unauthorized","message":"Expired token received"}"#, true),
            (r#"{"error":"invalid_grant","error_description":"Account disabled"}"#, true),
            (r#"{"stat":"FAIL","code":40103,"message":"Invalid signature in request credentials"}"#, true),
            (r#"{"status":{"error":true,"code":401,"type":"Unauthorized","message":"x"}}"#, true),
            (r#"{"__type":"AccessDeniedException","Message":"User is not authorized"}"#, true),
            (r#"{"detail":"Authentication credentials were not provided."}"#, true),
            (r#"{"jsonrpc":"2.0","id":1,"result":{"status":false,"error":{"code":4033}},"time":1.5}"#, true),
            (r#"{"stat":"OK","response":[]}"#, false),
            (r#"{"status":{"error":false,"code":200}}"#, false),
            (r#"{"result":{"status":true,"error":null},"id":1}"#, false),
            (r#"{"level":"error","message":"it broke","error":"broken"}"#, false),
            (r#"{"message":"started","id":1}"#, false),
            (r#"{"error":{"cut":"#, false),
            ("{}", false),
        ] {
            assert_eq!(is_one(text), is_error, "{text}");
        }
        assert!(!is_one(&format!("{{\"error\":\"{}\"}}", "x".repeat(LONGEST))));
    }

    #[test]
    fn it_is_said_on_a_line_and_over_several_whatever_is_looked_for() {
        for text in
            ["{\"error\":{\"message\":\"gone\"}}", "{\n  \"error\": {\n    \"message\": \"gone\"\n  }\n}\n"]
        {
            for format in [None, Some(crate::Provider::Okta)] {
                let (seen, _) = lines(text.as_bytes(), ReadOptions { format, ..ReadOptions::default() });
                assert_eq!(seen, [(1, Parsed::Unrecognised(ERROR_ANSWER.into()))], "{text}");
            }
        }
    }
}
