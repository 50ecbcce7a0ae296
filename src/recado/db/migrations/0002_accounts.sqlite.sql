-- Accounts: who there is, how they prove it, and what happened to them. A user id is never given out twice.
CREATE TABLE account (
    user_id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    operator BIGINT NOT NULL,
    phone TEXT,
    phone_verified_at BIGINT,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    notify_created BIGINT NOT NULL,
    notify_assigned BIGINT NOT NULL,
    notify_reminders BIGINT NOT NULL,
    notify_security BIGINT NOT NULL,
    quiet_from TEXT,
    quiet_to TEXT,
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT,
    disabled_at BIGINT
);
-- A directory of its own: all other keys begin with user_id.
CREATE TABLE username (
    name_key TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL
);
-- One row at most: the first account took the operator's seat.
CREATE TABLE operator_seat (
    seat BIGINT PRIMARY KEY,
    taken_at BIGINT NOT NULL
);
CREATE TABLE invite (
    code_hash TEXT PRIMARY KEY,
    created_by BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE password_reset (
    user_id BIGINT PRIMARY KEY,
    code_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE phone_verification (
    user_id BIGINT PRIMARY KEY,
    phone TEXT NOT NULL,
    nonce TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
-- What was used of each limit; keys are hashes.
CREATE TABLE allowance (
    key TEXT PRIMARY KEY,
    due BIGINT NOT NULL
);
CREATE TABLE security_event (
    user_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    session_id TEXT NOT NULL,
    address TEXT NOT NULL,
    network TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX security_event_login ON security_event (user_id, network, at) WHERE kind = 'login';
CREATE INDEX security_event_failed ON security_event (at) WHERE kind = 'login_failed';
