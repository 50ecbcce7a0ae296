-- Second factors. What makes one-time codes is sealed under a key outside the database, recovery codes are hashed like
-- passwords, and of a passkey there is the public half only.
CREATE TABLE totp (
    user_id BIGINT PRIMARY KEY,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE TABLE passkey (
    user_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    sign_count BIGINT NOT NULL,
    rp_id TEXT NOT NULL,
    transports TEXT NOT NULL,
    name TEXT NOT NULL,
    synced BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (user_id, id)
);
-- A directory of its own: who signs in with a passkey alone says no name.
CREATE UNIQUE INDEX passkey_credential ON passkey (credential_id);
CREATE TABLE recovery_code (
    user_id BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, slot)
);
-- What was asked of somebody and not answered yet, and what was answered and must not be answered again.
CREATE TABLE factor_challenge (
    token_hash TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    bound TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX factor_challenge_user ON factor_challenge (user_id);
-- When somebody last proved on a device that it is them, and whether with a second factor.
CREATE TABLE proof (
    user_id BIGINT NOT NULL,
    session_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    factor BIGINT NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
