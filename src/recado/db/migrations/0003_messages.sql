-- Text messages on their way out. `due_at` is when a worker looks at a row next: the next attempt or the end of a lease;
-- 0 is before all others, NULL is never again. `doubts` counts the attempts whose end nobody knows.
CREATE TABLE message (
    user_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    todo_id TEXT,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    text TEXT NOT NULL,
    nonce TEXT,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    doubts BIGINT NOT NULL,
    due_at BIGINT,
    vonage_id TEXT,
    error TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    delivered_at BIGINT,
    price TEXT,
    currency TEXT,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL;

-- How many texts went out on a day (UTC, counted from 1970), for each user, each number (hashed) and all together.
CREATE TABLE message_count (
    scope TEXT NOT NULL,
    day BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    PRIMARY KEY (scope, day)
);

-- One row for each way out: when it may be used next, and what the operator must mend first.
CREATE TABLE message_gate (
    name TEXT PRIMARY KEY,
    free_at BIGINT NOT NULL,
    trouble TEXT
);
