//! In the place of `saml.rs`, in a program that is built without it: no settings name a provider that speaks SAML.

use jiff::Timestamp;

use crate::identity_provider::{
    ProvenIdentity, ProviderError, SamlAnswer, SamlProvider, SamlRequest, ServiceAddresses,
};

const NOT_BUILT: &str = "this program is built without SAML";

/// Err: always.
pub fn metadata(_: &ServiceAddresses) -> Result<String, ProviderError> {
    Err(ProviderError::Provider(NOT_BUILT.to_owned()))
}

/// Err: always.
pub fn ask(_: &SamlProvider, _: &ServiceAddresses, _: (&str, bool)) -> Result<SamlRequest, ProviderError> {
    Err(ProviderError::Provider(NOT_BUILT.to_owned()))
}

/// Err: always.
pub fn check(
    _: &SamlProvider,
    _: &ServiceAddresses,
    _: SamlAnswer<'_>,
    _: Timestamp,
) -> Result<ProvenIdentity, ProviderError> {
    Err(ProviderError::Provider(NOT_BUILT.to_owned()))
}

/// Err: always, so that the settings say it.
pub fn parse_certificates(_: &str) -> Result<Vec<String>, &'static str> {
    Err(NOT_BUILT)
}
