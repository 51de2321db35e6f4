-- Ids are TEXT, times BIGINT (microseconds UTC), flags BIGINT 0/1, documents TEXT (JSON). What each database calls otherwise
-- is filled in (store/db.rs): {bytes} is its type of bytes, {body} the column `body`, read as JSON. tenant_id leads every key,
-- so that tenants can be spread without a schema change.

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    -- What commands and folders call it.
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Scheme, host and port; and the name alone, for cookies and passkeys know no ports.
    origin TEXT NOT NULL,
    host TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    suspended_at BIGINT,
    -- When it was enabled last: what waited while it was suspended waits on from there.
    enabled_at BIGINT,
    -- Moves with every write, so that each node notices it.
    version BIGINT NOT NULL
);

-- What organisations decide for themselves: of each the newest version whose time has come.
CREATE TABLE tenant_settings (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    version BIGINT NOT NULL,
    sealed {bytes} NOT NULL,
    set_at BIGINT NOT NULL,
    takes_effect_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, version)
);

CREATE TABLE persons (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    login TEXT NOT NULL,
    login_key TEXT NOT NULL,
    name TEXT NOT NULL,
    tier TEXT NOT NULL,
    role TEXT NOT NULL,
    manager_id TEXT,
    password_hash TEXT,
    suspended_at BIGINT,
    suspended_why TEXT,
    -- Who at the desk did it; empty where the owner or the operator did.
    suspended_by TEXT,
    -- Until then this person's first passkey works at once, although no passkey proved it.
    first_passkey_until BIGINT,
    created_at BIGINT NOT NULL,
    -- When the last digest of openings went out.
    openings_notified_at BIGINT,
    -- The tier that a change took away: until then the stricter of the two counts.
    tier_before TEXT,
    tier_before_until BIGINT,
    -- The name in lower case and without accents: lists go by it.
    name_key TEXT{sorted} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, login_key)
);
CREATE INDEX persons_of_manager ON persons (tenant_id, manager_id);
CREATE INDEX persons_of_staff ON persons (tenant_id, role, id) WHERE role <> 'person';
CREATE INDEX persons_by_name ON persons (tenant_id, name_key, id);

-- The words under which people are found, by how they begin. `source`: `name`, `login`, or `email` of a contact that is on file.
CREATE TABLE person_words (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    source TEXT NOT NULL,
    word TEXT{sorted} NOT NULL,
    PRIMARY KEY (tenant_id, word, person_id, source),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
-- With the whole row: SQLite otherwise takes the key's index for a look at one person, and walks along everybody with the word.
CREATE INDEX words_of_person ON person_words (tenant_id, person_id, word, source);

-- Who made somebody, or changed their role, tier, manager or set-up, each with the last time. What the demo, the first start and the
-- operator did is not here.
CREATE TABLE person_changes (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    by_id TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, person_id, by_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX person_changes_by_time ON person_changes (tenant_id, changed_at, by_id);

CREATE TABLE contacts (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    value_key TEXT NOT NULL,
    filed_at BIGINT NOT NULL,
    -- Who filed it. NULL: the demo, the first start, the operator.
    filed_by TEXT,
    -- Since when it is certain that it is theirs, and whose word that is: who filed it by hand, or who attested an imported one.
    confirmed_at BIGINT,
    confirmed_by TEXT,
    -- Since when it is said that they no longer have it, and who said so.
    lost_at BIGINT,
    lost_by TEXT,
    -- Nobody calls a removed one; messages go there for 30 days more.
    removed_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX contacts_of_person ON contacts (tenant_id, person_id);
CREATE INDEX contacts_by_value ON contacts (tenant_id, value_key);

-- Views of the list of cases that staff keep under a name: each the query of its address.
CREATE TABLE saved_views (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    PRIMARY KEY (tenant_id, person_id, name),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);

-- What staff and managers do not want to be mailed about: a row for each kind.
CREATE TABLE muted_notices (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (tenant_id, person_id, kind),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);

CREATE TABLE factors (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    sealed {bytes} NOT NULL,
    credential_id TEXT,
    last_step BIGINT,
    -- How far the clock of a code app is known to be off, in steps of 30 s, and how many codes in a row came late.
    clock_steps BIGINT NOT NULL DEFAULT 0,
    clock_late BIGINT NOT NULL DEFAULT 0,
    -- When a hardware token showed a code that is right for one pressed too often; nothing once a code was accepted.
    out_of_step_at BIGINT,
    -- 1: it shows only that somebody holds it, so that it opens nothing without the password.
    second_step_only BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Before it, a new passkey of staff waits for a second yes.
    usable_at BIGINT NOT NULL,
    last_used_at BIGINT,
    disabled_at BIGINT,
    removed_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, credential_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX factors_of_person ON factors (tenant_id, person_id);
CREATE INDEX factors_by_time ON factors (tenant_id, usable_at);

CREATE TABLE hardware_tokens (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    serial TEXT NOT NULL,
    -- How it makes its codes: JSON.
    model TEXT NOT NULL,
    -- Its seed. Empty once it is somebody's factor, whose row has it then, and once it is retired.
    sealed {bytes} NOT NULL,
    -- The keyed hash of its seed, kept when the seed is gone: no two tokens ever have one.
    seed_hash TEXT NOT NULL,
    -- The last count before the first code that is accepted.
    last_step BIGINT,
    imported_by TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    -- The factor that it became, removed or not: no token is handed out twice.
    factor_id TEXT,
    retired_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, serial),
    UNIQUE (tenant_id, seed_hash),
    FOREIGN KEY (tenant_id, imported_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, factor_id) REFERENCES factors (tenant_id, id)
);
CREATE INDEX hardware_tokens_of_factor ON hardware_tokens (tenant_id, factor_id) WHERE factor_id IS NOT NULL;

CREATE TABLE backup_code_sets (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    -- Whose remedy they are; until that case is proven, they end with it.
    case_id TEXT,
    salt {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When their owner said that they are kept. Before, they open nothing.
    confirmed_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX backup_code_sets_of_person ON backup_code_sets (tenant_id, person_id);
CREATE INDEX backup_code_sets_of_case ON backup_code_sets (tenant_id, case_id) WHERE case_id IS NOT NULL;

CREATE TABLE backup_codes (
    tenant_id TEXT NOT NULL,
    set_id TEXT NOT NULL,
    hash {bytes} NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, set_id, hash),
    FOREIGN KEY (tenant_id, set_id) REFERENCES backup_code_sets (tenant_id, id)
);

CREATE TABLE enrolment_passes (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    person_id TEXT NOT NULL,
    case_id TEXT,
    hash TEXT NOT NULL,
    sealed {bytes},
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX enrolment_passes_of_person ON enrolment_passes (tenant_id, person_id);
CREATE INDEX enrolment_passes_of_case ON enrolment_passes (tenant_id, case_id);
CREATE INDEX enrolment_passes_shown ON enrolment_passes (tenant_id, expires_at) WHERE sealed IS NOT NULL;

CREATE TABLE throttles (
    tenant_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    bucket TEXT NOT NULL,
    failures BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    kept_until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, subject, bucket)
);
CREATE INDEX throttles_by_end ON throttles (tenant_id, kept_until);

CREATE TABLE flows (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed {bytes},
    -- Hashes of the names of the account at an identity provider that began it, and of the session there.
    provider_account TEXT,
    provider_session TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX flows_of_person ON flows (tenant_id, person_id);
CREATE INDEX flows_of_provider_account ON flows (tenant_id, provider_account) WHERE provider_account IS NOT NULL;
CREATE INDEX flows_of_provider_session ON flows (tenant_id, provider_session) WHERE provider_session IS NOT NULL;
CREATE INDEX flows_by_end ON flows (tenant_id, expires_at);

-- When an identity provider last said that it has ended an account's sessions or one session: a sign-in that was begun before is over.
CREATE TABLE provider_logouts (
    tenant_id TEXT NOT NULL,
    -- Of an account or a session there, as a hash.
    name TEXT NOT NULL,
    -- 0: somebody has signed in by the name, and nothing was ended.
    heard_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
CREATE TABLE ceremonies (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Whose it is, where that is known when it begins.
    person_id TEXT,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX ceremonies_by_end ON ceremonies (tenant_id, expires_at);

-- What somebody's phones are asked while they sign in.
CREATE TABLE push_requests (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The sign-in that asked: an answer counts in it alone.
    flow_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    -- The number that the sign-in page shows.
    sealed {bytes} NOT NULL,
    -- What phones show and sign, letter for letter.
    shown TEXT NOT NULL,
    -- Of the browser that asked, for the record of how it ended.
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Numbers that were typed.
    tries BIGINT NOT NULL,
    -- `approve`, `deny`, `not_me`; or `unanswered`, `ended`.
    answer TEXT,
    answered_at BIGINT,
    -- The phone that answered.
    factor_id TEXT,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
-- One is asked at a time in a sign-in, whatever met.
CREATE UNIQUE INDEX push_requests_one_of_flow ON push_requests (tenant_id, flow_id) WHERE answer IS NULL;
CREATE INDEX push_requests_of_flow ON push_requests (tenant_id, flow_id, created_at);
CREATE INDEX push_requests_of_person ON push_requests (tenant_id, person_id, created_at);
CREATE INDEX push_requests_by_end ON push_requests (tenant_id, expires_at);

-- Codes that were sent to somebody who signs in.
CREATE TABLE sent_codes (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The sign-in that asked: a code counts in it alone.
    flow_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    factor_id TEXT NOT NULL,
    -- Keyed hashes: of the number or address, and of the code.
    recipient_hash TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    -- The message of the outbox that carries it.
    message_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When it was used, replaced by another one, or taken back.
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
-- One counts at a time in a sign-in, whatever met.
CREATE UNIQUE INDEX sent_codes_one_of_flow ON sent_codes (tenant_id, flow_id) WHERE ended_at IS NULL;
CREATE INDEX sent_codes_of_flow ON sent_codes (tenant_id, flow_id, created_at);
CREATE INDEX sent_codes_of_person ON sent_codes (tenant_id, person_id, created_at);
CREATE INDEX sent_codes_by_recipient ON sent_codes (tenant_id, recipient_hash, created_at);
CREATE INDEX sent_codes_of_message ON sent_codes (tenant_id, message_id);
CREATE INDEX sent_codes_by_end ON sent_codes (tenant_id, expires_at);

-- A link in a mail for who has forgotten their password, and what was set by it: it waits before it counts.
CREATE TABLE forgotten_passwords (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    -- The mailbox that the link went to.
    contact_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Of the link.
    expires_at BIGINT NOT NULL,
    -- Wrong codes behind the link.
    tries BIGINT NOT NULL,
    -- Once a password was set by it: when, what proved it, the password, and when that counts.
    used_at BIGINT,
    factor_id TEXT,
    factor_kind TEXT,
    password_hash TEXT,
    takes_effect_at BIGINT,
    -- When it was stopped, was replaced, or came to count. The password goes with it.
    ended_at BIGINT,
    -- When it came to count; NULL where it never did.
    counted_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
-- One waits at a time, whatever met.
CREATE UNIQUE INDEX forgotten_passwords_one_waits ON forgotten_passwords (tenant_id, person_id)
    WHERE used_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX forgotten_passwords_by_token ON forgotten_passwords (tenant_id, token_hash);
CREATE INDEX forgotten_passwords_of_person ON forgotten_passwords (tenant_id, person_id, created_at);
CREATE INDEX forgotten_passwords_due ON forgotten_passwords (tenant_id, takes_effect_at, id)
    WHERE used_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX forgotten_passwords_by_end ON forgotten_passwords (tenant_id, expires_at);

CREATE TABLE trusted_contacts (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    -- Who chose.
    person_id TEXT NOT NULL,
    -- Who was chosen. NULL where what was typed means nobody who can be asked: to whoever typed it, the two look alike.
    trusted_id TEXT,
    -- The login or mail address, as its owner typed it.
    typed TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    accepted_at BIGINT,
    -- Of an ask: when it lapses. Of one who accepted: when the owner is reminded next.
    due_at BIGINT NOT NULL,
    ended_at BIGINT,
    how_ended TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, trusted_id) REFERENCES persons (tenant_id, id)
);
CREATE UNIQUE INDEX trusted_contacts_one_per_pair ON trusted_contacts (tenant_id, person_id, trusted_id)
    WHERE ended_at IS NULL;
CREATE INDEX trusted_contacts_of_owner ON trusted_contacts (tenant_id, person_id, asked_at, id);
CREATE INDEX trusted_contacts_of_contact ON trusted_contacts (tenant_id, trusted_id, asked_at, id);
CREATE INDEX trusted_contacts_due ON trusted_contacts (tenant_id, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX trusted_contacts_by_end ON trusted_contacts (tenant_id, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE sessions (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    person_id TEXT NOT NULL,
    aal BIGINT NOT NULL,
    phishing_resistant BIGINT NOT NULL,
    amr TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When a passkey was last touched in it.
    stepped_up_at BIGINT,
    -- When a factor of any kind last proved something in it.
    factor_shown_at BIGINT,
    -- What the browser was given for it: a copy of the session's cookie from before has none.
    factor_shown_hash TEXT,
    -- Hashes of the names of the account at an identity provider that began it, and of the session there.
    provider_account TEXT,
    provider_session TEXT,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX sessions_of_person ON sessions (tenant_id, person_id);
CREATE INDEX sessions_of_provider_account ON sessions (tenant_id, provider_account) WHERE provider_account IS NOT NULL;
CREATE INDEX sessions_of_provider_session ON sessions (tenant_id, provider_session) WHERE provider_session IS NOT NULL;

CREATE TABLE known_devices (
    tenant_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    person_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (tenant_id, token_hash, person_id)
);
CREATE INDEX known_devices_of_person ON known_devices (tenant_id, person_id);

CREATE TABLE cases (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    reference TEXT{sorted} NOT NULL,
    person_id TEXT,
    claimed_login TEXT NOT NULL,
    -- The same in lower case and without accents: a search finds it by how it begins.
    claimed_key TEXT{sorted} NOT NULL DEFAULT '',
    claimant_page_token_hash TEXT NOT NULL,
    claimant_page_expires_at BIGINT NOT NULL,
    phrase TEXT NOT NULL,
    stage TEXT NOT NULL,
    document TEXT,
    version BIGINT NOT NULL,
    -- What whoever holds the page had to show: known_device, password, nothing. `desk`: nobody holds it yet.
    opened_with TEXT NOT NULL,
    -- 1: they had shown the person's password, whatever else.
    after_password BIGINT NOT NULL DEFAULT 0,
    -- Who opened it for a caller. NULL: whoever asked, by themselves.
    opened_by TEXT,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    closed_at BIGINT,
    -- Of a closed one: proven, refused, withdrawn, superseded, lapsed.
    outcome TEXT,
    -- When its remedy was applied, whatever came afterwards.
    remedied_at BIGINT,
    -- When the owner was told of the opening. NULL: it is gathered with others, or there is no owner.
    announced_at BIGINT,
    taken_by TEXT,
    -- Since when it stands in the list of strangers' cases. NULL: in the queue.
    stranger_since BIGINT,
    -- The last moment at which it is open, if nobody moves it. NULL: it is over, or a senior has to look.
    lapses_at BIGINT,
    -- When it was last refused or contested, or proof was rejected in it: other cases of the person are shown it.
    marked_at BIGINT,
    -- Of an open one: the person's tier of today.
    tier TEXT,
    -- For the desk's lists, as the document says. 0: contested, which comes first; 1: any other.
    queue_rank BIGINT NOT NULL DEFAULT 1,
    -- Its own risk, below zero, so that the riskiest comes first.
    negative_risk BIGINT NOT NULL DEFAULT 0,
    -- 1: a senior has to work on it.
    escalated BIGINT NOT NULL DEFAULT 0,
    -- From when on the desk has to do something, if nobody else moves it. NULL: it waits for the person, or is over.
    desk_from BIGINT,
    -- Who of the desk refused it, bound its page, or recorded the last proof.
    handled_by TEXT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, claimant_page_token_hash),
    UNIQUE (tenant_id, reference)
);
CREATE INDEX cases_of_person ON cases (tenant_id, person_id, opened_at, id);
CREATE INDEX cases_by_claim ON cases (tenant_id, claimed_key, opened_at, id);
CREATE INDEX cases_by_lapse ON cases (tenant_id, lapses_at);
CREATE INDEX cases_by_mark ON cases (tenant_id, person_id, marked_at, closed_at);
-- Behind the id stands what the totals of home are made of; in cases_by_outcome, the median of how long it took.
CREATE INDEX cases_by_close ON cases (tenant_id, closed_at, id, outcome, person_id, opened_at, remedied_at) WHERE closed_at IS NOT NULL;
CREATE INDEX cases_by_outcome ON cases (tenant_id, outcome, closed_at, id, handled_by, opened_at, person_id) WHERE closed_at IS NOT NULL;
CREATE INDEX cases_by_handler ON cases (tenant_id, handled_by, closed_at, id, outcome) WHERE closed_at IS NOT NULL;
-- All that is counted of the open ones; closed_at is in it so that SQLite need not look at the rows.
CREATE INDEX cases_open ON cases (tenant_id, closed_at, stranger_since, taken_by, opened_at, escalated, desk_from) WHERE closed_at IS NULL;
-- The queue in each of its orders. What it is filtered by stands behind, so that what does not fit is passed over within the index.
CREATE INDEX cases_in_queue ON cases (tenant_id, queue_rank, opened_at, id, taken_by, tier, escalated, negative_risk, desk_from)
    WHERE closed_at IS NULL AND stranger_since IS NULL;
-- In these two closed_at comes first, or SQLite would rather walk over the closed ones too, by cases_by_opening.
CREATE INDEX cases_newest ON cases (tenant_id, closed_at, opened_at, id, taken_by, tier, escalated, negative_risk, desk_from, queue_rank)
    WHERE closed_at IS NULL AND stranger_since IS NULL;
CREATE INDEX cases_by_risk ON cases (tenant_id, negative_risk, opened_at, id, taken_by, tier, escalated, desk_from, queue_rank)
    WHERE closed_at IS NULL AND stranger_since IS NULL;
CREATE INDEX cases_of_holder ON cases (tenant_id, taken_by, queue_rank, opened_at, id, tier, escalated, negative_risk, desk_from)
    WHERE closed_at IS NULL AND stranger_since IS NULL;
CREATE INDEX cases_escalated ON cases (tenant_id, queue_rank, opened_at, id, taken_by, tier, negative_risk, desk_from)
    WHERE closed_at IS NULL AND stranger_since IS NULL AND escalated = 1;
CREATE INDEX cases_of_strangers ON cases (tenant_id, closed_at, opened_at, id)
    WHERE closed_at IS NULL AND stranger_since IS NOT NULL;
CREATE INDEX cases_unannounced ON cases (tenant_id, person_id, opened_at) WHERE announced_at IS NULL AND person_id IS NOT NULL;
CREATE INDEX cases_by_opening ON cases (tenant_id, opened_at, id);
CREATE INDEX cases_by_stage ON cases (tenant_id, stage, opened_at);

-- What was verified or offered in a case, and how it ended. Rows are added and never changed. The columns before the
-- document say what is in it, for lists and reports.
CREATE TABLE evidence (
    tenant_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    -- From 1 in each case, in the order in which it came.
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    class TEXT NOT NULL,
    channel TEXT NOT NULL,
    attested_by TEXT NOT NULL,
    outcome TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, case_id, number)
);

CREATE TABLE contests (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    person_id TEXT NOT NULL,
    case_id TEXT,
    -- notice: good once, for what it told of. password: the same, of a new password that waits. choice: good for each of its cases in
    -- contest_choices.
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash)
);

CREATE TABLE contest_choices (
    tenant_id TEXT NOT NULL,
    contest_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, contest_id, case_id),
    FOREIGN KEY (tenant_id, contest_id) REFERENCES contests (tenant_id, id)
);

CREATE TABLE outbox (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    -- What it tells of, where it is a notice: which kind, in which case, to which contact.
    notice TEXT,
    case_id TEXT,
    contact_id TEXT,
    created_at BIGINT NOT NULL,
    -- When a relay or a gateway accepted it.
    delivered_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_of_case ON outbox (tenant_id, case_id, notice) WHERE case_id IS NOT NULL;

-- Work that a change left for later. One that is done is deleted: what it did stands elsewhere.
CREATE TABLE jobs (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What it is about: there is one job of a kind and key, however often it is asked for.
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    -- Times it was begun since it last succeeded.
    attempts BIGINT NOT NULL,
    -- Which process works on it, and until when nobody else begins it.
    leased_by TEXT,
    leased_until BIGINT,
    dead_at BIGINT,
    last_error TEXT,
    -- Moves with every write: whoever worked on it sees whether it was woken meanwhile.
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, kind, key)
);
-- Read once a second for all organisations together: what nothing waits in costs nothing, however many there are.
CREATE INDEX jobs_due ON jobs (run_at) WHERE dead_at IS NULL;
CREATE INDEX jobs_of_kind ON jobs (tenant_id, kind, run_at);
CREATE INDEX jobs_dead ON jobs (tenant_id, dead_at, id) WHERE dead_at IS NOT NULL;

CREATE TABLE sign_ins (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT,
    login TEXT NOT NULL,
    at BIGINT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    method TEXT NOT NULL,
    result TEXT NOT NULL,
    cause TEXT,
    detail TEXT,
    -- Where a code was right for another time: how far that is from now, in steps of 30 s.
    clock_steps BIGINT,
    PRIMARY KEY (tenant_id, id)
);
-- Each index of a list ends in the whole order of the list: without its last column SQLite prefers to walk all of another.
CREATE INDEX sign_ins_of_person ON sign_ins (tenant_id, person_id, at, id);
CREATE INDEX sign_ins_by_time ON sign_ins (tenant_id, at, id);
CREATE INDEX sign_ins_for_another_time ON sign_ins (tenant_id, at, clock_steps, person_id) WHERE clock_steps IS NOT NULL;
-- For all organisations together: where something came since.
CREATE INDEX sign_ins_by_arrival ON sign_ins (id, tenant_id);

-- Who goes first where the order of commits matters: the holder of a row, and the last moment given out in it.
CREATE TABLE named_locks (
    tenant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    last_millis BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE imports (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    via TEXT NOT NULL,
    by_id TEXT,
    started_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    is_finished BIGINT NOT NULL,
    records BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    stored BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    out_of_time BIGINT NOT NULL,
    ahead BIGINT NOT NULL,
    unrecognised_records BIGINT NOT NULL,
    malformed_records BIGINT NOT NULL,
    unrecognised_kinds TEXT NOT NULL,
    malformed_lines TEXT NOT NULL,
    problem TEXT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX imports_by_time ON imports (tenant_id, changed_at, id);
CREATE INDEX imports_by_change ON imports (changed_at, tenant_id);

-- Sign-in records of other providers. Ids sort in the order in which they were committed.
CREATE TABLE imported_sign_ins (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    provider TEXT NOT NULL,
    login_key TEXT,
    at BIGINT NOT NULL,
    record TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, fingerprint),
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id)
);
CREATE INDEX imported_sign_ins_by_time ON imported_sign_ins (tenant_id, at, id);
CREATE INDEX imported_sign_ins_by_line ON imported_sign_ins (tenant_id, import_id, line);
CREATE INDEX imported_sign_ins_of_login ON imported_sign_ins (tenant_id, login_key, at, id);

CREATE TABLE watched_files (
    tenant_id TEXT NOT NULL,
    path TEXT NOT NULL,
    import_id TEXT,
    size BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    head_bytes BIGINT NOT NULL,
    head_hash TEXT NOT NULL,
    read_bytes BIGINT NOT NULL,
    read_lines BIGINT NOT NULL,
    equal_lines TEXT NOT NULL,
    problem TEXT,
    PRIMARY KEY (tenant_id, path)
);

CREATE TABLE findings (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_provider TEXT,
    subject_label TEXT NOT NULL,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    severity TEXT NOT NULL,
    severity_rank BIGINT NOT NULL,
    confidence TEXT NOT NULL,
    description TEXT NOT NULL,
    remediation TEXT NOT NULL,
    runbook TEXT NOT NULL,
    threshold TEXT NOT NULL,
    people TEXT NOT NULL,
    people_count BIGINT NOT NULL,
    since_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    record_count BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT,
    closed_why TEXT,
    version BIGINT NOT NULL,
    -- When seniors were told of an incident, or need not be any more. NULL: they still have to be.
    notified_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, rule, subject, since_at)
);
CREATE INDEX findings_by_severity ON findings (tenant_id, closed_at, severity_rank, until_at, id);

CREATE INDEX findings_closed ON findings (tenant_id, closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX findings_open ON findings (tenant_id, severity_rank) WHERE closed_at IS NULL;
CREATE INDEX findings_of_kind ON findings (tenant_id, subject_kind, severity_rank, until_at, id) WHERE closed_at IS NULL;
CREATE INDEX findings_not_notified ON findings (tenant_id, severity_rank, first_seen_at) WHERE notified_at IS NULL;

CREATE TABLE finding_people (
    tenant_id TEXT NOT NULL,
    login_key TEXT NOT NULL,
    finding_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, login_key, finding_id),
    FOREIGN KEY (tenant_id, finding_id) REFERENCES findings (tenant_id, id)
);
CREATE INDEX finding_people_of_finding ON finding_people (tenant_id, finding_id);

-- What the log is filtered by is derived from the record, so that no second copy can say something else. `mac` is made
-- with a key of the key file when the record is written; numbers have no gap within a stream.
CREATE TABLE audit_entries (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    nonce {bytes} NOT NULL,
    mac {bytes} NOT NULL,
    seq BIGINT,
    commitment {bytes},
    at TEXT GENERATED ALWAYS AS ({body} ->> 'at') STORED,
    event TEXT GENERATED ALWAYS AS ({body} ->> 'event') STORED,
    actor_id TEXT GENERATED ALWAYS AS ({body} -> 'actor' ->> 'id') STORED,
    person_id TEXT GENERATED ALWAYS AS ({body} ->> 'person') STORED,
    case_id TEXT GENERATED ALWAYS AS ({body} ->> 'case') STORED,
    stream TEXT GENERATED ALWAYS AS ({body} ->> 'stream') STORED,
    number BIGINT GENERATED ALWAYS AS (CAST({body} ->> 'number' AS BIGINT)) STORED,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, seq),
    UNIQUE (tenant_id, stream, number)
);
CREATE INDEX audit_by_time ON audit_entries (tenant_id, at, id);
CREATE INDEX audit_by_event ON audit_entries (tenant_id, event, at, id);
CREATE INDEX audit_of_actor ON audit_entries (tenant_id, actor_id, at, id);
CREATE INDEX audit_of_person ON audit_entries (tenant_id, person_id, at, id);
CREATE INDEX audit_of_case ON audit_entries (tenant_id, case_id, at, id);
CREATE INDEX audit_without_place ON audit_entries (tenant_id, stream, number) WHERE seq IS NULL;

-- The last number given out in each stream.
CREATE TABLE audit_streams (
    tenant_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    last_number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, stream)
);

CREATE TABLE audit_hashes (
    tenant_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (tenant_id, position)
);

CREATE TABLE audit_checkpoints (
    tenant_id TEXT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, size)
);

CREATE TABLE service_tokens (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    label TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Before it, the token waits for a second admin.
    granted_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES persons (tenant_id, id)
);

-- Desk roles and service tokens that were asked for: they wait for a second admin, or for their time.
CREATE TABLE power_grants (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    role TEXT,
    token_id TEXT,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    takes_effect_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    outcome TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX power_grants_waiting ON power_grants (tenant_id, takes_effect_at) WHERE decided_at IS NULL;
