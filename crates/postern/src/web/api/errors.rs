//! The error answers that groups of endpoints share, as the OpenAPI document tells of them. `web/problem.rs` makes them.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{ContentBuilder, HeaderBuilder, Ref, RefOr, Response, ResponseBuilder};

type Answers = BTreeMap<String, RefOr<Response>>;

const BAD_REQUEST: (&str, &str) =
    ("400", "The request can't be read: not JSON, an unknown field, a wrong type.");
const SIGN_IN_FIRST: (&str, &str) =
    ("401", "No token and no session, or one that has expired or was revoked; or a secret that is wrong.");
const WRONG: (&str, &str) = ("401", "What was typed does not go together, or was wrong.");
const DENIED: (&str, &str) = (
    "403",
    "The token lacks the scope, or a policy refuses; that it was tried is on the record. Of a write with a cookie: it came from another site.",
);
const CROSS_SITE: (&str, &str) =
    ("403", "It carries a cookie and came from another site, or does not say where from. Nothing was done.");
const NOT_FOUND: (&str, &str) = ("404", "There is nothing here, or not for this caller.");
const CONFLICT: (&str, &str) = ("409", "It does not fit where things stand, or somebody else was faster.");
const TOO_LARGE: (&str, &str) =
    ("413", "More than the server takes in at once; the detail says how much that is.");
const INVALID: (&str, &str) =
    ("422", "A value is wrong or holds control characters; the detail names the field and says what to do.");
const THROTTLED: (&str, &str) =
    ("429", "Too many attempts. `Retry-After` says for how many seconds to wait.");
const INTERNAL: (&str, &str) = ("500", "Our fault. Nothing was changed.");
const CONTENDED: (&str, &str) = (
    "503",
    "Many changes of the same thing met. Nothing was changed. Try again after `Retry-After` seconds.",
);
const TOO_LONG: (&str, &str) =
    ("504", "It took longer than 30 seconds, an upload longer than ten minutes, and was broken off.");

/// What any route may answer.
const ANY: [(&str, &str); 5] = [BAD_REQUEST, INVALID, INTERNAL, CONTENDED, TOO_LONG];

/// Of a read at the desk.
pub struct ReadErrors;

/// Of a step on a case, or another write by staff.
pub struct StepErrors;

/// Of an upload by staff.
pub struct ImportErrors;

/// Of the claimant's page.
pub struct ClaimantPageErrors;

/// Of what anybody may send.
pub struct OpenErrors;

impl IntoResponses for ReadErrors {
    fn responses() -> Answers {
        problems(&[SIGN_IN_FIRST, DENIED, NOT_FOUND])
    }
}

impl IntoResponses for StepErrors {
    fn responses() -> Answers {
        problems(&[SIGN_IN_FIRST, DENIED, NOT_FOUND, CONFLICT, TOO_LARGE, THROTTLED])
    }
}

impl IntoResponses for ImportErrors {
    fn responses() -> Answers {
        problems(&[SIGN_IN_FIRST, DENIED, CONFLICT, TOO_LARGE, THROTTLED])
    }
}

impl IntoResponses for ClaimantPageErrors {
    fn responses() -> Answers {
        let no_page = ("404", "No page token, or not the token of a case.");
        problems(&[CROSS_SITE, no_page, CONFLICT, TOO_LARGE, THROTTLED])
    }
}

impl IntoResponses for OpenErrors {
    fn responses() -> Answers {
        problems(&[WRONG, CROSS_SITE, TOO_LARGE, THROTTLED])
    }
}

fn problems(own: &[(&str, &str)]) -> Answers {
    let all = own.iter().chain(&ANY);
    all.map(|(status, message)| ((*status).to_owned(), RefOr::T(problem(status, message)))).collect()
}

fn problem(status: &str, message: &str) -> Response {
    let answer = ResponseBuilder::new().description(message);
    if status == TOO_LONG.0 {
        return answer.build();
    }
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    let answer = answer.content("application/problem+json", body);
    if ![THROTTLED.0, CONTENDED.0].contains(&status) {
        return answer.build();
    }
    let seconds = Object::builder().schema_type(Type::Integer).minimum(Some(1)).build();
    let wait = HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds to wait.")).build();
    answer.header("Retry-After", wait).build()
}
