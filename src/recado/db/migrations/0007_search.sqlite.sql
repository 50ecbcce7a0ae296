-- The words of to-dos, folded, each with the key of its list; `search_state` is the place in the log up to which all is in.
CREATE TABLE search_state (
    one BIGINT PRIMARY KEY,
    tx BIGINT NOT NULL,
    seq BIGINT NOT NULL
);
INSERT INTO search_state (one, tx, seq) VALUES (1, 0, 0);
-- `doc` is made from the time in the id, so that the newest are found first.
CREATE TABLE search_doc (
    doc INTEGER PRIMARY KEY,
    todo_id TEXT NOT NULL
);
CREATE UNIQUE INDEX search_doc_todo ON search_doc (todo_id);
CREATE VIRTUAL TABLE search_word USING fts5 (terms, tokenize = 'ascii', detail = 'none');
