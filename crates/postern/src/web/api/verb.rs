//! What staff do with nothing but a reason, for programs: one handler, and the description, from the table in `web/desk/verb.rs`.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use postern_core::id::{CaseId, PersonId};
use utoipa::openapi::path::{OperationBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{
    self, ContentBuilder, HttpMethod, Ref, Required, ResponseBuilder, ResponsesBuilder, SecurityRequirement,
};
use utoipa::{IntoParams as _, Modify};

use super::case_steps::Why;
use super::case_view::CaseState;
use super::errors::StepErrors;
use super::input::{Body, CasePath, PersonPath};
use super::person_view::PersonDetail;
use crate::scope::Scope;
use crate::web::desk::verb::{VERBS, Verb, VerbObject, VerbRow};
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

/// Of a case or of a person.
#[derive(serde::Deserialize)]
pub struct VerbPath {
    id: String,
}

/// `POST /api/v1/cases/{id}/…` and `POST /api/v1/people/{id}/…`
pub async fn submit<V: Verb>(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<VerbPath>,
    Body(why): Body<Why>,
) -> Result<Response, Problem> {
    let caller = match V::ROW.token_scope {
        Some(wanted) => caller.with_scope(&scope, wanted).await?,
        None => caller.person_only(&scope).await?,
    };
    V::act(&scope, &caller, &path.id, &why.reason).await?;
    Ok(match V::ROW.object {
        VerbObject::Case => CaseState::load(&scope, &caller, &CaseId::new(path.id)).await?.into_response(),
        VerbObject::Person => {
            Json(PersonDetail::load(&scope, &caller, &PersonId::new(path.id)).await?).into_response()
        }
    })
}

/// Adds the table to the API's description.
pub struct DescribeVerbs;

impl Modify for DescribeVerbs {
    fn modify(&self, document: &mut openapi::OpenApi) {
        for verb in VERBS {
            document.paths.paths.insert(verb.endpoint(), described(verb));
        }
    }
}

fn described(verb: &VerbRow) -> PathItem {
    let (tag, answer, path) = match verb.object {
        VerbObject::Case => {
            let path = CasePath::into_params(|| Some(ParameterIn::Path));
            ("cases", ("CaseState", "Where the case stands."), path)
        }
        VerbObject::Person => {
            let path = PersonPath::into_params(|| Some(ParameterIn::Path));
            ("people", ("PersonDetail", "The person as they are now."), path)
        }
    };
    let of = |schema| ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    let done = ResponseBuilder::new().description(answer.1).content("application/json", of(answer.0));
    let answers =
        ResponsesBuilder::new().responses_from_into_responses::<StepErrors>().response("200", done.build());
    let why = RequestBodyBuilder::new().content("application/json", of("Why"));
    let by_token = verb.token_scope.map(|scope| SecurityRequirement::new("service_token", [scope]));
    let nothing: [&str; 0] = [];
    let by_session = SecurityRequirement::new("session", nothing);
    let (name, description) = verb.operation;
    let operation = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(name))
        .summary(Some(verb.title))
        .description(Some(description))
        .parameters(Some(path))
        .request_body(Some(why.required(Some(Required::True)).build()))
        .responses(answers.build())
        .securities(Some(by_token.into_iter().chain([by_session])));
    PathItem::new(HttpMethod::Post, operation.build())
}
