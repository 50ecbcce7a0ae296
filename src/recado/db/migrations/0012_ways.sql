-- More ways than one to reach somebody. A message's channel follows from the form of its recipient, and is kept so that
-- each channel's worker finds its own.
ALTER TABLE message ADD COLUMN channel TEXT NOT NULL DEFAULT 'sms';
-- The kinds of channel that gave the message up.
ALTER TABLE message ADD COLUMN tried TEXT NOT NULL DEFAULT '';
DROP INDEX message_due;
CREATE INDEX message_due ON message (channel, due_at, user_id) WHERE due_at IS NOT NULL;
ALTER TABLE account ADD COLUMN email TEXT;
ALTER TABLE account ADD COLUMN email_verified_at BIGINT;
-- What the topic is worked out of: the topic itself is a secret.
ALTER TABLE account ADD COLUMN ntfy TEXT;
ALTER TABLE account ADD COLUMN channels TEXT NOT NULL DEFAULT 'sms email ntfy';
CREATE TABLE email_verification (
    user_id BIGINT PRIMARY KEY,
    email TEXT NOT NULL,
    nonce TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
