//! One call to an identity provider: bounded in size and time, and only to where providers may be.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};

use super::hosts::ProviderHosts;

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read. Unit: bytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// Why an answer was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error(
        "it leads to an address that is not of the internet at large; a provider in a network of one's own stands in \
         private_identity_hosts in the settings of the server"
    )]
    Address,
    #[error("it is longer than {LONGEST_ANSWER} bytes")]
    TooLong,
    #[error("{0}")]
    Http(#[from] reqwest::Error),
}

pub(super) type Fetching = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send>>;

/// A client that is led nowhere: neither by a redirect nor by a proxy.
pub(super) fn client(hosts: &ProviderHosts) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .https_only(!hosts.is_development())
        .dns_resolver(hosts.clone())
        .build()
}

/// One answer, bounded in size and time. A name is looked at by the resolver; an address in its place is looked at here.
pub(super) async fn fetch(
    http: reqwest::Client,
    hosts: ProviderHosts,
    request: HttpRequest,
) -> Result<HttpResponse, FetchError> {
    let request = reqwest::Request::try_from(request)?;
    let host = request.url().host_str().unwrap_or_default().trim_matches(['[', ']']);
    if !hosts.may_be_called(host) {
        return Err(FetchError::Address);
    }
    let mut answer = http.execute(request).await.map_err(reqwest::Error::without_url)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(FetchError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    let mut read = HttpResponse::new(body);
    *read.status_mut() = answer.status();
    *read.headers_mut() = answer.headers().clone();
    Ok(read)
}
