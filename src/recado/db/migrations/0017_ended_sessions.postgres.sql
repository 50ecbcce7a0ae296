-- The log of ended sessions, as `revocable.ended.SCHEMA` gives it (a test compares the two).
CREATE TABLE session_end (
    tx BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT),
    seq BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    sub TEXT NOT NULL, sid TEXT NOT NULL, ended_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (tx, seq)
);
CREATE FUNCTION session_end_told() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO session_end (sub, sid, ended_at, expires_at, kind)
        VALUES (NEW.sub, NEW.sid, NEW.revoked_at, NEW.expires_at, NEW.kind);
    ELSE
        INSERT INTO session_end (sub, sid, ended_at, expires_at, kind)
        VALUES (OLD.sub, OLD.sid, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT), OLD.expires_at, OLD.kind);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER session_ended AFTER UPDATE OF revoked_at ON session
FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION session_end_told();
CREATE TRIGGER session_erased AFTER DELETE ON session
FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND OLD.expires_at > CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT))
EXECUTE FUNCTION session_end_told();

-- The keys that sign and verify tokens, by name, so that a machine without one of them is noticed before it serves.
CREATE TABLE signing_key (kid TEXT PRIMARY KEY, kind TEXT NOT NULL, until BIGINT);
