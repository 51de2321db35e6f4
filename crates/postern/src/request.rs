//! What is known of the request at hand, for records: who asked from where.

/// The request.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// Its id: in the answer's `x-request-id`, in the log, and in the audit record.
    pub id: String,
    /// The path that was asked for. It may hold ids, never secrets.
    pub path: String,
    /// The address it came from.
    pub ip: String,
    /// The program that sent it, cut to 200 characters.
    pub user_agent: String,
    /// The device cookie, if there is one.
    pub device: Option<String>,
    /// The hash of the session cookie, if there is one: whose it is, is looked up by whoever asks.
    pub session: Option<String>,
    /// The hash of what was given to the browser when a factor was shown in its session.
    pub factor_shown: Option<String>,
    /// What was just done, for the page to say.
    pub toast: Option<String>,
}

impl RequestInfo {
    /// Of a job or a command, which no request asked for.
    pub fn none() -> Self {
        Self {
            id: "-".to_owned(),
            path: "-".to_owned(),
            ip: "-".to_owned(),
            user_agent: "-".to_owned(),
            device: None,
            session: None,
            factor_shown: None,
            toast: None,
        }
    }
}
