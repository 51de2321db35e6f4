//! What everybody in the directory has: copied within the database, from somebody who got it as everybody does.

use sqlx::AssertSqlSafe;

use crate::Outcome;
use crate::server::Server;

/// Sign-ins of each person.
const SIGN_INS: usize = 4;

/// Runs statements that both databases understand.
pub async fn run(server: &Server, sql: &str) -> Outcome<()> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(server.app.db.reader()).await?;
    Ok(())
}

/// A code app, ten backup codes, two numbers, a session and a few sign-ins for everybody. `sample` is the login of somebody who
/// has a code app and backup codes.
pub async fn enrol_everybody(server: &Server, sample: &str) -> Outcome<()> {
    let everybody = "FROM persons p WHERE p.login LIKE 'login%'";
    let of_sample = format!("(SELECT id FROM persons WHERE login = '{sample}')");
    let year = "365 * 86400 * CAST(1000000 AS BIGINT)";
    run(
        server,
        &format!(
            "INSERT INTO factors (tenant_id, id, person_id, kind, label, sealed, second_step_only, created_at, usable_at) \
             SELECT p.tenant_id, 'f' || p.id, p.id, 'totp', 'Code app', \
             (SELECT sealed FROM factors WHERE person_id = {of_sample} LIMIT 1), 1, p.created_at, p.created_at {everybody}"
        ),
    )
    .await?;
    run(
        server,
        &format!(
            "INSERT INTO backup_code_sets (tenant_id, id, person_id, salt, created_at, expires_at, confirmed_at) \
             SELECT p.tenant_id, 'b' || p.id, p.id, (SELECT salt FROM backup_code_sets LIMIT 1), p.created_at, \
             p.created_at + {year}, p.created_at {everybody}; \
             INSERT INTO backup_codes (tenant_id, set_id, hash) SELECT p.tenant_id, 'b' || p.id, h.hash \
             FROM persons p CROSS JOIN backup_codes h WHERE p.login LIKE 'login%' \
             AND h.set_id IN (SELECT id FROM backup_code_sets WHERE person_id = {of_sample})"
        ),
    )
    .await?;
    for (kind, number) in [("office_phone", "+44 20 7946 0100"), ("mobile", "+44 7700 900100")] {
        run(
            server,
            &format!(
                "INSERT INTO contacts (tenant_id, id, person_id, kind, value, value_key, filed_at, confirmed_at) \
                 SELECT p.tenant_id, '{kind}' || p.id, p.id, '{kind}', '{number}', '{number}', p.created_at - {year}, \
                 p.created_at - {year} {everybody}"
            ),
        )
        .await?;
    }
    run(
        server,
        &format!(
            "INSERT INTO sessions (tenant_id, id, token_hash, person_id, aal, phishing_resistant, amr, ip, user_agent, \
             created_at, last_seen_at, expires_at) SELECT p.tenant_id, 's' || p.id, 's' || p.id, p.id, 2, 0, '[\"otp\"]', \
             '192.0.2.7', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0 Safari/537.36', p.created_at, p.created_at + {year}, \
             p.created_at + {year} {everybody}"
        ),
    )
    .await?;
    sign_everybody_in(server).await
}

/// Over the last weeks, one of them wrong. Their ids are older than any that the program makes, so that they are history to it.
async fn sign_everybody_in(server: &Server) -> Outcome<()> {
    for number in 0..SIGN_INS {
        // Not everybody at once: that would be an outage, and a finding about all of them.
        let of = "CAST(substr(p.login, 6) AS BIGINT)";
        let is_wrong = format!("{number} = 1 AND {of} % 50 = 0");
        let minutes = format!("({} + {of} * 7 % 1440)", 24 * 60 * (number + 1));
        run(
            server,
            &format!(
                "INSERT INTO sign_ins (tenant_id, id, person_id, login, at, ip, user_agent, method, result, cause) \
                 SELECT p.tenant_id, '00{number}' || substr(p.id, 4), p.id, p.login, \
                 p.created_at - {minutes} * 60 * CAST(1000000 AS BIGINT), '2001:db8:' || substr(p.id, 33) || '::1', \
                 'Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0 Safari/537.36', 'totp', \
                 CASE WHEN {is_wrong} THEN 'failure' ELSE 'success' END, CASE WHEN {is_wrong} THEN 'bad_password' END \
                 FROM persons p WHERE p.login LIKE 'login%'"
            ),
        )
        .await?;
    }
    Ok(())
}

/// Copies of the incidents that were found: `open` of each, and `closed`.
pub async fn copy_findings(server: &Server, open: usize, closed: usize) -> Outcome<()> {
    let columns = "severity, severity_rank, confidence, description, remediation, runbook, threshold, people, people_count, \
                   since_at, until_at, record_count, evidence, first_seen_at, updated_at";
    for (name, count, ended) in [
        ("open", open, "CAST(NULL AS BIGINT), CAST(NULL AS TEXT), CAST(NULL AS TEXT)"),
        ("closed", closed, "f.updated_at, f.subject, 'It was them: a new phone'"),
    ] {
        run(
            server,
            &format!(
                "INSERT INTO findings (tenant_id, id, rule, subject, subject_kind, subject_provider, subject_label, title, \
                 source, {columns}, closed_at, closed_by, closed_why, version, notified_at) \
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
                 SELECT f.tenant_id, f.id || '-{name}-' || n.i, f.rule, f.subject || '-{name}-' || n.i, f.subject_kind, \
                 f.subject_provider, f.subject_label, f.title, f.source, {columns}, {ended}, 1, f.updated_at \
                 FROM findings f CROSS JOIN n WHERE f.closed_at IS NULL AND f.id NOT LIKE '%-open-%'"
            ),
        )
        .await?;
    }
    Ok(())
}
