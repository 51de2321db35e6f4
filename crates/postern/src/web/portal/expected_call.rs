//! How the help desk reaches who asks for recovery, and how they reach it. Which number is called, and by two digits alone, is told to
//! nobody but who has shown the password: to anybody else the page of a friend is the page of a stranger.

use jiff::Timestamp;
use postern_core::case::Case;
use postern_core::id::PersonId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::bind_claimant_page::callable_numbers_of;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::contacts::Contact;
use crate::web::problem::Problem;

/// A call that is to come.
#[derive(Serialize, ToSchema)]
pub struct ExpectedCall {
    /// Numbers on file of which one is called; empty where none may be. Null for whoever has not shown the password of the login
    /// where the request was opened.
    pub numbers: Option<Vec<MaskedNumber>>,
    /// When the help desk is there, as the organisation says it.
    pub desk_hours: Option<String>,
    /// The number of the help desk.
    pub desk_phone: Option<String>,
}

/// A number on file, hidden but for its end.
#[derive(Serialize, ToSchema)]
pub struct MaskedNumber {
    /// `mobile` or `office_phone`.
    pub kind: String,
    /// Its last two digits.
    #[schema(example = "20")]
    pub last_digits: String,
}

impl ExpectedCall {
    /// For whoever holds the page of a case.
    pub async fn of_case(scope: &Scope, row: &CaseRow, case: Option<&Case>) -> Result<Self, Problem> {
        let person = case.filter(|_| row.is_after_password()).map(|case| &case.subject().person);
        Self::load(scope, person, case.map_or(scope.now, Case::opened_at)).await
    }

    /// In a case that is opened then; `person`: who has shown their password.
    pub async fn load(
        scope: &Scope,
        person: Option<&PersonId>,
        opened_at: Timestamp,
    ) -> Result<Self, Problem> {
        let numbers = match person {
            Some(person) => {
                let numbers = callable_numbers_of(scope, person, opened_at).await?;
                Some(numbers.into_iter().map(MaskedNumber::from).collect())
            }
            None => None,
        };
        let set = &scope.tenant.settings;
        Ok(Self { numbers, desk_hours: set.desk_hours.clone(), desk_phone: set.desk_phone.clone() })
    }
}

impl From<Contact> for MaskedNumber {
    fn from(number: Contact) -> Self {
        let digits: Vec<char> = number.value.chars().filter(char::is_ascii_digit).collect();
        let last_digits = digits.iter().skip(digits.len().saturating_sub(2)).collect();
        Self { kind: number.kind, last_digits }
    }
}
