-- The words of to-dos, folded, each with the key of its list; `search_state` is the place in the log up to which all is in.
CREATE TABLE search_state (
    one BIGINT PRIMARY KEY,
    tx BIGINT NOT NULL,
    seq BIGINT NOT NULL
);
INSERT INTO search_state (one, tx, seq) VALUES (1, 0, 0);
CREATE TABLE search_word (
    todo_id TEXT COLLATE "C" PRIMARY KEY,
    terms TSVECTOR NOT NULL
);
CREATE INDEX search_word_terms ON search_word USING GIN (terms);
