-- Everybody's events in one order, for the operator.
CREATE INDEX security_event_id ON security_event (id);

-- Where the log of changes begins anew after a backup was restored: places given out before lie below `seq`.
CREATE TABLE log_beginning (
    one BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO log_beginning (one, seq) VALUES (1, 0);
