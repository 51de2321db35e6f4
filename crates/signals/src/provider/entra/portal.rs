//! The portal's downloads. Their rows come as objects whose keys are the column headers.

use std::borrow::Cow;

use super::{
    audit, normalise,
    row::{EntraDevice, EntraLocation, EntraRecord, EntraRow, MfaDetail, Status},
    unrecognised,
};
use crate::{
    read::Parsed,
    record::Position,
    wire::{Field, Scalar, wire},
};

wire! {
    struct Download<'a> {
        "date (utc)" => date: Scalar<'a>,
        "request id" => request: Scalar<'a>,
        "user agent" => user_agent: Scalar<'a>,
        "correlation id" => correlation: Scalar<'a>,
        "user id" => user_id: Scalar<'a>,
        "username" => login: Scalar<'a>,
        "sign-in identifier" => typed_login: Scalar<'a>,
        "application" => app: Scalar<'a>,
        "authentication protocol" => protocol: Scalar<'a>,
        "incoming token type" => token: Scalar<'a>,
        "ip address" => ip: Scalar<'a>,
        "location" => location: Scalar<'a>,
        "status" => status: Scalar<'a>,
        "sign-in error code" => code: Scalar<'a>,
        "failure reason" => reason: Scalar<'a>,
        "client app" => client: Scalar<'a>,
        "device id" => device: Scalar<'a>,
        "multifactor authentication result" => mfa_result: Scalar<'a>,
        "multifactor authentication auth method" => mfa_method: Scalar<'a>,
        "multifactor authentication auth detail" => mfa_detail: Scalar<'a>,
        // The portal writes two spaces.
        "autonomous system  number" | "autonomous system number" => asn: Scalar<'a>,
        // Columns of the other downloads.
        "activity" => activity: Scalar<'a>,
        "service principal id" => service: Scalar<'a>,
        "managed identity type" => machine: Scalar<'a>,
    }
}

/// `None`: a table of dates that is not the portal's.
pub(super) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let row: Download<'_> = serde_json::from_str(line)?;
    if !row.activity.is_absent() {
        return Ok(Some(audit::parse(line, position)?.unwrap_or_else(|| unrecognised("AuditLogs"))));
    }
    if row.correlation.is_absent() && row.request.is_absent() {
        return Ok(None);
    }
    if row.login.is_absent() && row.user_id.is_absent() {
        let is_machine = !row.service.is_absent() || !row.machine.is_absent();
        return Ok(is_machine.then(|| unrecognised("ServicePrincipalSignInLogs")));
    }
    Ok(Some(normalise(&EntraRecord { outer: row.into_row(), inner: EntraRow::default() }, position)))
}

impl<'a> Download<'a> {
    fn into_row(self) -> EntraRow<'a> {
        EntraRow {
            id: self.request,
            created: self.date,
            result_type: self.status,
            ip: self.ip,
            correlation: self.correlation,
            login: self.login,
            typed_login: self.typed_login,
            user_id: self.user_id,
            app: self.app,
            client: self.client,
            user_agent: self.user_agent,
            // The download of background sign-ins has the same columns; a refresh token shows one.
            interactive: Scalar::Bool(!is_refresh(&self.token)),
            protocol: self.protocol,
            asn: self.asn,
            status: Status {
                error_code: self.code,
                failure_reason: self.reason,
                additional_details: self.mfa_result,
            },
            mfa: MfaDetail { method: self.mfa_method, detail: self.mfa_detail },
            location: location(&self.location),
            device: EntraDevice { id: self.device },
            ..EntraRow::default()
        }
    }
}

fn is_refresh(token: &Scalar<'_>) -> bool {
    token.text().is_some_and(|kind| {
        kind.eq_ignore_ascii_case("refreshToken") || kind.eq_ignore_ascii_case("Refresh token")
    })
}

/// "Lyon, Auvergne, FR": what is not known is left out between its commas.
fn location<'a>(written: &Scalar<'a>) -> EntraLocation<'a> {
    let Some(written) = written.cow() else { return EntraLocation::default() };
    let (city, country) = match written {
        Cow::Borrowed(text) => ends(text, Cow::Borrowed),
        Cow::Owned(text) => ends(&text, |part| Cow::Owned(part.to_owned())),
    };
    EntraLocation { city, country, ..EntraLocation::default() }
}

fn ends<'t, 'a>(text: &'t str, keep: impl Fn(&'t str) -> Cow<'a, str>) -> (Scalar<'a>, Scalar<'a>) {
    let scalar = |part: &'t str| match part.trim() {
        "" => Scalar::Absent,
        part => Scalar::Text(keep(part)),
    };
    match text.rsplit_once(',') {
        Some((rest, country)) => (scalar(rest.split(',').next().unwrap_or("")), scalar(country)),
        None => (Scalar::Absent, scalar(text)),
    }
}
