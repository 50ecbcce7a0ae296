-- Each index that is spread over all users or lists costs a page for each to-do that is written, so a new one shall touch
-- just one of them. Texts are kept by id, whose new values stand side by side in the file; that of a to-do has the
-- to-do's id, and only together with the user is an id one text. By user they are found once they have left the queue;
-- those in the queue are found by walking through it.
CREATE TABLE message_new (
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
    PRIMARY KEY (id, user_id)
);
INSERT INTO message_new SELECT user_id, id, todo_id, kind, recipient, text, nonce, state, attempts, doubts, due_at,
    vonage_id, error, created_at, sent_at, delivered_at, price, currency FROM message ORDER BY id;
DROP TABLE message;
ALTER TABLE message_new RENAME TO message;
CREATE INDEX message_due ON message (due_at, user_id) WHERE due_at IS NOT NULL;
CREATE INDEX message_left ON message (user_id, id) WHERE state <> 'queued';
DROP INDEX todo_place;
CREATE INDEX todo_place ON todo (list_id, deleted_at, done_at, parent_id, position);
