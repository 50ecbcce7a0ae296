-- What a household's to-dos have: whom they are for, dates, repeats, labels, order; and a log of every change.
ALTER TABLE list ADD COLUMN deleted_at BIGINT;
ALTER TABLE list_member ADD COLUMN position TEXT NOT NULL DEFAULT '';
-- Whether the list is in the trash: kept here too, so that what somebody may see is one look into one table.
ALTER TABLE list_member ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0;
-- A directory of its own: all other keys begin with list_id.
CREATE TABLE list_invite (
    code_hash TEXT PRIMARY KEY,
    list_id TEXT NOT NULL,
    role TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX list_invite_list ON list_invite (list_id);
-- The key is the id alone, whose new values stand side by side in the file, and one index serves every order by place:
-- each further one that is spread over all lists costs a page for each to-do that is written.
CREATE TABLE todo_new (
    list_id TEXT NOT NULL,
    id TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    notes TEXT NOT NULL,
    for_id BIGINT,
    done_at BIGINT,
    done_by BIGINT,
    due TEXT,
    zone TEXT,
    due_at BIGINT,
    priority BIGINT NOT NULL,
    labels TEXT NOT NULL,
    repeat TEXT,
    remind BIGINT,
    parent_id TEXT,
    position TEXT NOT NULL,
    message_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    version BIGINT NOT NULL
);
-- The position that `todos/positions.py` gives a new to-do: its id's digits, turned round, so that the newest comes first.
INSERT INTO todo_new
SELECT list_id, id, user_id, title, notes, NULL, done_at, done_by, NULL, NULL, NULL, 0, '', NULL, NULL, NULL,
    replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(
    substr(id, 1, 8) || substr(id, 10, 4) || substr(id, 16, 3) || substr(id, 20, 4),
    '0', 'v'), '1', 'u'), '2', 't'), '3', 's'), '4', 'r'), '5', 'q'), '6', 'p'), '7', 'o'),
    '8', 'n'), '9', 'm'), 'a', 'l'), 'b', 'k'), 'c', 'j'), 'd', 'i'), 'e', 'h'), 'f', 'g'),
    NULL, created_at, updated_at, deleted_at, version
FROM todo ORDER BY id;
DROP TABLE todo;
ALTER TABLE todo_new RENAME TO todo;
CREATE INDEX todo_place ON todo (list_id, deleted_at, done_at, parent_id, position, id);
CREATE INDEX todo_due ON todo (list_id, due_at, id) WHERE due_at IS NOT NULL AND done_at IS NULL AND deleted_at IS NULL;
CREATE INDEX todo_labelled ON todo (list_id, labels) WHERE labels <> '' AND deleted_at IS NULL;
-- Every change of a to-do or (todo_id NULL) of a list, in the order of commits.
CREATE TABLE todo_change (
    seq INTEGER PRIMARY KEY,
    list_id TEXT NOT NULL,
    todo_id TEXT,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    changes TEXT NOT NULL
);
CREATE INDEX todo_change_gone ON todo_change (at) WHERE list_id = '';
CREATE INDEX todo_change_todo ON todo_change (todo_id, version) WHERE kind <> 'created' AND kind <> 'list';
