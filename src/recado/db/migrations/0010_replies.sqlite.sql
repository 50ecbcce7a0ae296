-- Signed callbacks: taken, acted on in their order, and remembered for as long as the same one could come again.
-- `body` is emptied once it was acted on; `due_at` is when a worker looks at it next, NULL is never again.
CREATE TABLE callback (
    jti TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT
);
CREATE INDEX callback_due ON callback (due_at) WHERE due_at IS NOT NULL;
-- Texts that came in and were acted on: another callback may bring the same one.
CREATE TABLE inbound_text (
    message_uuid TEXT PRIMARY KEY,
    acted_at BIGINT NOT NULL
);
-- Numbers (hashed) that want no texts, whether anybody's account has them or not.
CREATE TABLE stopped_number (
    number TEXT PRIMARY KEY,
    stopped_at BIGINT NOT NULL
);
-- One row at most: whether people can answer texts, as the service that started last was set up.
CREATE TABLE reply_way (
    seat BIGINT PRIMARY KEY,
    opened BIGINT NOT NULL
);
-- Receipts name a message only by its id, by which SQLite keeps them anyway.
-- Whose text it is that came in.
CREATE INDEX account_phone ON account (phone) WHERE phone_verified_at IS NOT NULL;
