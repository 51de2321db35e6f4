//! The error answers that groups of endpoints share, as the OpenAPI document tells of them. `web/problem.rs` makes them.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

type Answers = BTreeMap<String, RefOr<Response>>;

const BAD_REQUEST: (&str, &str) =
    ("400", "The request can't be read: not JSON, an unknown field, a wrong type.");
const SIGN_IN_FIRST: (&str, &str) =
    ("401", "No token and no session, or one that has expired or was revoked.");
const DENIED: (&str, &str) =
    ("403", "The token lacks the scope, or a policy refuses; that it was tried is on the record.");
const NOT_FOUND: (&str, &str) = ("404", "There is nothing here, or not for this caller.");
const CONFLICT: (&str, &str) = ("409", "It does not fit where things stand, or somebody else was faster.");
const INVALID: (&str, &str) = ("422", "A value is wrong; the detail names the field and says what to do.");
const THROTTLED: (&str, &str) =
    ("429", "Too many attempts. `Retry-After` says for how many seconds to wait.");
const TOO_LARGE: (&str, &str) =
    ("413", "More than the server takes in at once; the detail says how much that is.");
const INTERNAL: (&str, &str) = ("500", "Our fault. Nothing was changed.");

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
        problems(&[BAD_REQUEST, SIGN_IN_FIRST, DENIED, NOT_FOUND, INTERNAL])
    }
}

impl IntoResponses for StepErrors {
    fn responses() -> Answers {
        problems(&[
            BAD_REQUEST,
            SIGN_IN_FIRST,
            DENIED,
            NOT_FOUND,
            CONFLICT,
            TOO_LARGE,
            INVALID,
            THROTTLED,
            INTERNAL,
        ])
    }
}

impl IntoResponses for ImportErrors {
    fn responses() -> Answers {
        problems(&[BAD_REQUEST, SIGN_IN_FIRST, DENIED, TOO_LARGE, INVALID, THROTTLED, INTERNAL])
    }
}

impl IntoResponses for ClaimantPageErrors {
    fn responses() -> Answers {
        let no_page = ("404", "No page token, or not the token of a case.");
        problems(&[BAD_REQUEST, no_page, CONFLICT, TOO_LARGE, INTERNAL])
    }
}

impl IntoResponses for OpenErrors {
    fn responses() -> Answers {
        problems(&[BAD_REQUEST, TOO_LARGE, INVALID, THROTTLED, INTERNAL])
    }
}

fn problems(of: &[(&str, &str)]) -> Answers {
    of.iter().map(|(status, message)| ((*status).to_owned(), RefOr::T(problem(message)))).collect()
}

fn problem(message: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    ResponseBuilder::new().description(message).content("application/problem+json", body).build()
}
