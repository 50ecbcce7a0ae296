-- When to remind of what. `at` is when a worker looks at a row next, NULL is never again; `moment` is what it stands for,
-- and `told` the moment that somebody was reminded of last, so that nobody is reminded twice of one.
CREATE TABLE reminder (
    todo_id TEXT PRIMARY KEY,
    at BIGINT,
    moment BIGINT NOT NULL,
    told BIGINT
);
CREATE INDEX reminder_at ON reminder (at) WHERE at IS NOT NULL;
CREATE INDEX reminder_told ON reminder (told) WHERE at IS NULL;
-- To-dos that are there already, as `todos/reminders.py` has it, but for days on which the clocks change.
INSERT INTO reminder (todo_id, at, moment)
SELECT id, moment, moment FROM (
    SELECT id,
        CASE WHEN length(due) = 10 THEN due_at + 1 - 54000000000 ELSE due_at END - COALESCE(remind, 0) * 60000000 AS moment
    FROM todo WHERE due_at IS NOT NULL AND done_at IS NULL AND deleted_at IS NULL
) AS planned
WHERE moment > CAST(EXTRACT(EPOCH FROM now()) AS BIGINT) * 1000000;
-- The hour of somebody's daily digest, and when it is due next.
ALTER TABLE account ADD COLUMN digest TEXT;
ALTER TABLE account ADD COLUMN digest_at BIGINT;
CREATE INDEX account_digest ON account (digest_at) WHERE digest_at IS NOT NULL;
