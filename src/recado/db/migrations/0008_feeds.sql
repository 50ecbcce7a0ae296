-- Private calendar addresses. A directory of its own: it is entered by the hash of the address's secret.
CREATE TABLE feed (
    token_hash TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    list_id TEXT,
    contents TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX feed_user ON feed (user_id, id);
