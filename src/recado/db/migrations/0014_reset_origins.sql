-- A link asked for by e-mail stands beside one from the operator: whoever knows a name must not make the other one void.
CREATE TABLE reset_of_origin (
    user_id BIGINT NOT NULL,
    origin TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, origin)
);
INSERT INTO reset_of_origin (user_id, origin, code_hash, expires_at)
SELECT user_id, 'operator', code_hash, expires_at FROM password_reset;
DROP TABLE password_reset;
ALTER TABLE reset_of_origin RENAME TO password_reset;
