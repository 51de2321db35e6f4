//! The front gate: password, second step, pass, enrolment.

pub mod backchannel_logout;
pub mod enrol;
pub mod enrol_code_app;
pub mod enrol_passkey;
pub mod enrolled;
pub mod federated;
pub mod forgotten_password;
pub mod home;
pub mod pass;
pub mod passkey;
pub mod password_link;
pub mod phone;
pub mod push;
pub mod saml;
pub mod second_step;
pub mod second_step_passkey;
pub mod sent_code;
pub mod set_up;
pub mod sign_in;
pub mod with_pass;

use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::signin::FlowStep;

use super::cookies;
use super::toast::Toast;
use crate::actions::SignedIn;
use crate::actions::sign_in::Begun;

/// Where a flow goes on.
fn go_on(begun: &Begun) -> Response {
    let next = match begun.flow.step() {
        FlowStep::First => "/sign-in",
        FlowStep::Second => "/sign-in/second-step",
        FlowStep::Pass => "/sign-in/pass",
        FlowStep::Enrolment => "/enrol",
    };
    let mut response = Redirect::to(next).into_response();
    cookies::FLOW.set(response.headers_mut(), &begun.token);
    response
}

/// The cookies of a completed sign-in.
fn keep(signed_in: &SignedIn, mut response: Response) -> Response {
    let headers = response.headers_mut();
    cookies::SESSION.set(headers, &signed_in.session);
    cookies::DEVICE.set(headers, &signed_in.device);
    cookies::FLOW.clear(headers);
    cookies::CEREMONY.clear(headers);
    if signed_in.ends_recovery {
        cookies::TOAST.set(headers, Toast::BackIn.as_str());
    } else if signed_in.others_failed {
        cookies::TOAST.set(headers, Toast::OthersFailed.as_str());
    }
    response
}
