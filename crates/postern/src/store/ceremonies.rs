//! Ceremonies under way, most of them with a passkey: the server's half, never in a cookie.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};

use super::{Change, Db, Result, micros, one_row};

/// What a ceremony was begun for. Its answer is good for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CeremonyKind {
    /// A sign-in with a passkey alone.
    SignIn,
    /// A passkey or a security key after the password.
    SecondStep,
    /// Adding a passkey to one's account.
    AddPasskey,
    /// Enrolling a passkey after a pass.
    EnrolPasskey,
    /// Removing a factor from one's account.
    RemoveFactor,
    /// Touching a passkey before a sensitive action.
    StepUp,
    /// Adding a code app to one's account.
    AddTotp,
    /// Adding a hardware token to one's account.
    AddHardwareToken,
    /// A sign-in at an identity provider, begun on the sign-in page.
    FederatedSignIn,
    /// Asking a passkey before an account at an identity provider is linked.
    ProveLink,
    /// The same sign-in, begun on the account page: what comes of it is linked.
    LinkAccount,
    /// No ceremony: a logout token of an identity provider, which counts once.
    ProviderLogout,
    /// Asking for a link that adds a phone to one's account.
    AddPush,
    /// Making a second step of a contact that codes go to.
    AddSentCode,
    /// A phone that follows the link.
    EnrolPush,
    /// Making new backup codes.
    RenewBackupCodes,
    /// Saying that new backup codes are kept.
    ConfirmBackupCodes,
    /// Changing one's password.
    ChangePassword,
    /// Setting the clock of a code app right.
    ResyncTotp,
    /// Setting another password in the place of a forgotten one.
    ReplacePassword,
    /// Ending sessions of one's own.
    EndSession,
    /// Adding or removing a contact of one's own.
    ChangeContacts,
    /// Choosing or removing a trusted contact.
    ChangeTrustedContacts,
    /// Typing the code that went to a new contact.
    ConfirmContact,
}

impl CeremonyKind {
    /// The word used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SecondStep => "second_step",
            Self::AddPasskey => "add_passkey",
            Self::EnrolPasskey => "enrol_passkey",
            Self::RemoveFactor => "remove_factor",
            Self::StepUp => "step_up",
            Self::AddTotp => "add_totp",
            Self::AddHardwareToken => "add_hardware_token",
            Self::FederatedSignIn => "federated_sign_in",
            Self::ProveLink => "prove_link",
            Self::LinkAccount => "link_account",
            Self::ProviderLogout => "provider_logout",
            Self::AddPush => "add_push",
            Self::AddSentCode => "add_sent_code",
            Self::EnrolPush => "enrol_push",
            Self::RenewBackupCodes => "renew_backup_codes",
            Self::ConfirmBackupCodes => "confirm_backup_codes",
            Self::ChangePassword => "change_password",
            Self::ResyncTotp => "resync_totp",
            Self::ReplacePassword => "replace_password",
            Self::EndSession => "end_session",
            Self::ChangeContacts => "change_contacts",
            Self::ChangeTrustedContacts => "change_trusted_contacts",
            Self::ConfirmContact => "confirm_contact",
        }
    }
}

/// Names a ceremony: only the right kind, for the right person, finds it.
#[derive(Clone, Copy)]
pub struct CeremonyKey<'a> {
    /// The hash of its token.
    pub id: &'a str,
    pub kind: CeremonyKind,
    /// Whose it is; `None` where the answer will tell.
    pub person: Option<&'a PersonId>,
}

impl CeremonyKey<'_> {
    fn person(&self) -> &str {
        self.person.map_or("", PersonId::as_str)
    }
}

/// Keeps a ceremony.
pub async fn insert(
    change: &mut Change<'_>,
    key: CeremonyKey<'_>,
    state: &str,
    expires_at: Timestamp,
) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query(
        "INSERT INTO ceremonies (tenant_id, id, kind, person_id, state, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant.as_str())
    .bind(key.id)
    .bind(key.kind.as_str())
    .bind(key.person.map(PersonId::as_str))
    .bind(state)
    .bind(micros(expires_at))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// A ceremony that is still going.
pub async fn find_live(
    db: &Db,
    tenant: &TenantId,
    key: CeremonyKey<'_>,
    now: Timestamp,
) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT state FROM ceremonies WHERE tenant_id = $1 AND id = $2 AND kind = $3 \
         AND COALESCE(person_id, '') = $4 AND used_at IS NULL AND expires_at > $5",
    )
    .bind(tenant.as_str())
    .bind(key.id)
    .bind(key.kind.as_str())
    .bind(key.person())
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(state,)| state))
}

/// One that was answered.
pub async fn find_ended(db: &Db, tenant: &TenantId, key: CeremonyKey<'_>) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT state FROM ceremonies WHERE tenant_id = $1 AND id = $2 AND kind = $3 \
         AND COALESCE(person_id, '') = $4 AND used_at IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(key.id)
    .bind(key.kind.as_str())
    .bind(key.person())
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(state,)| state))
}

/// Whose it is, and what is kept of it, for whoever holds its token and shows nothing else.
pub async fn find_person(
    db: &Db,
    tenant: &TenantId,
    id: &str,
    kind: CeremonyKind,
) -> Result<Option<(PersonId, String)>> {
    let sql = "SELECT person_id, state FROM ceremonies WHERE tenant_id = $1 AND id = $2 AND kind = $3 AND person_id IS NOT NULL";
    let query = sqlx::query_as(sql).bind(tenant.as_str()).bind(id).bind(kind.as_str());
    let row: Option<(String, String)> = query.fetch_optional(db.reader()).await?;
    Ok(row.map(|(person, state)| (PersonId::new(person), state)))
}

/// A challenge is answered once.
pub async fn consume(change: &mut Change<'_>, key: CeremonyKey<'_>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE ceremonies SET used_at = $5 WHERE tenant_id = $1 AND id = $2 AND kind = $3 \
         AND COALESCE(person_id, '') = $4 AND used_at IS NULL AND expires_at > $5",
    )
    .bind(tenant.as_str())
    .bind(key.id)
    .bind(key.kind.as_str())
    .bind(key.person())
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Deletes ceremonies that ran out before `before`.
pub async fn delete_expired(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("DELETE FROM ceremonies WHERE tenant_id = $1 AND expires_at < $2")
        .bind(tenant.as_str())
        .bind(micros(before))
        .execute(change.conn())
        .await?;
    Ok(())
}

/// Ends every ceremony of a person.
pub async fn end_all(change: &mut Change<'_>, person: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE ceremonies SET used_at = $3 WHERE tenant_id = $1 AND person_id = $2 AND used_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}
