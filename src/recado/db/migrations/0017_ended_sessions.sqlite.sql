-- The log of ended sessions, as `revocable.ended.SCHEMA` gives it (a test compares the two).
CREATE TABLE session_end (seq INTEGER PRIMARY KEY AUTOINCREMENT, sub TEXT NOT NULL, sid TEXT NOT NULL, ended_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, kind TEXT NOT NULL);
CREATE TRIGGER session_ended AFTER UPDATE OF revoked_at ON session
WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL
BEGIN INSERT INTO session_end (sub, sid, ended_at, expires_at, kind) VALUES (NEW.sub, NEW.sid, NEW.revoked_at, NEW.expires_at, NEW.kind); END;
CREATE TRIGGER session_erased AFTER DELETE ON session
WHEN OLD.revoked_at IS NULL AND OLD.expires_at > CAST(strftime('%s', 'now') AS INTEGER) * 1000000
BEGIN INSERT INTO session_end (sub, sid, ended_at, expires_at, kind) VALUES (OLD.sub, OLD.sid, CAST(strftime('%s', 'now') AS INTEGER) * 1000000, OLD.expires_at, OLD.kind); END;

-- The keys that sign and verify tokens, by name, so that a machine without one of them is noticed before it serves.
CREATE TABLE signing_key (kid TEXT PRIMARY KEY, kind TEXT NOT NULL, until BIGINT);
