//! What is known of the request at hand, for records: who asked from where. Carried by the task, so that no action
//! needs three more parameters.

use std::future::Future;

/// The request.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// Its id: in the answer's `x-request-id`, in the log, and in the audit record.
    pub id: String,
    /// The address it came from.
    pub ip: String,
    /// The program that sent it, cut to 200 characters.
    pub user_agent: String,
    /// The device cookie, if there is one.
    pub device: Option<String>,
}

tokio::task_local! {
    static CURRENT: RequestInfo;
}

/// Runs `work` as part of this request.
pub async fn within<F: Future>(info: RequestInfo, work: F) -> F::Output {
    CURRENT.scope(info, work).await
}

/// The request at hand; jobs and the command line have none.
pub fn current_request() -> RequestInfo {
    let none =
        || RequestInfo { id: "-".to_owned(), ip: "-".to_owned(), user_agent: "-".to_owned(), device: None };
    CURRENT.try_with(Clone::clone).unwrap_or_else(|_| none())
}
