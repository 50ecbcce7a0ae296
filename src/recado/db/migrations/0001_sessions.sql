-- The sessions of revocable, as `revocable.sql.SCHEMA` gives them (a test compares the two).
CREATE TABLE session (
    sub TEXT NOT NULL,
    sid TEXT NOT NULL,
    gen BIGINT NOT NULL,
    used BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    kid TEXT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    last_seen_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    scopes TEXT NOT NULL,
    device TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    ip TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (sub, sid)
);
CREATE INDEX session_expires_at ON session (expires_at);
