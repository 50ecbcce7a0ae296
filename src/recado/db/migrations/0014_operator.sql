-- Everybody's events in one order, for the operator.
CREATE INDEX security_event_id ON security_event (id);
