//! Who signed in at an identity provider, whatever it speaks.
//!
//! Nothing of the program is used here: the fuzz target of id tokens reads this very file.

use jiff::Timestamp;

/// Who came, as the provider says.
#[derive(Clone, Debug)]
pub struct ProvenIdentity {
    /// Names the account at this provider, for ever.
    pub subject: String,
    /// Names the session there, where the provider does (`sid`).
    pub session: Option<String>,
    /// How they signed in there.
    pub amr: Vec<String>,
    /// The class of that sign-in.
    pub acr: Option<String>,
    /// When that was.
    pub auth_time: Option<Timestamp>,
}

/// A provider's word for the record: more says nothing to anybody.
pub fn short_word(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(100).collect()
}
