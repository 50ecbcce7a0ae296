-- Everybody's events in one order, for the operator.
CREATE INDEX security_event_id ON security_event (id);

-- Where the log of changes begins anew after a backup was restored: places given out before lie below `seq`.
CREATE TABLE log_beginning (
    one BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO log_beginning (one, seq) VALUES (1, 0);

-- To-dos from before there was a log of changes: without a line there, search does not know of them.
INSERT INTO todo_change (list_id, todo_id, version, at, user_id, kind, changes)
SELECT list_id, id, version, created_at, user_id, 'created', '' FROM todo
WHERE id NOT IN (SELECT todo_id FROM todo_change WHERE todo_id IS NOT NULL) ORDER BY id;
