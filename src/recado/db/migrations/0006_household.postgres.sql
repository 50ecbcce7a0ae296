-- What a household's to-dos have: whom they are for, dates, repeats, labels, order; and a log of every change.
ALTER TABLE list ADD COLUMN deleted_at BIGINT;
-- Ids are compared byte by byte, like SQLite does, and faster than in a language's order.
ALTER TABLE todo ALTER COLUMN list_id TYPE TEXT COLLATE "C", ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE message ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE list_member ADD COLUMN position TEXT COLLATE "C" NOT NULL DEFAULT '';
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
ALTER TABLE todo ADD COLUMN for_id BIGINT;
ALTER TABLE todo ADD COLUMN due TEXT COLLATE "C";
ALTER TABLE todo ADD COLUMN zone TEXT;
ALTER TABLE todo ADD COLUMN due_at BIGINT;
ALTER TABLE todo ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE todo ADD COLUMN labels TEXT NOT NULL DEFAULT '';
ALTER TABLE todo ADD COLUMN repeat TEXT;
ALTER TABLE todo ADD COLUMN remind BIGINT;
ALTER TABLE todo ADD COLUMN parent_id TEXT;
ALTER TABLE todo ADD COLUMN position TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE todo ADD COLUMN message_id TEXT;
-- The position that `todos/positions.py` gives a new to-do: its id's digits, turned round, so that the newest comes first.
UPDATE todo SET position = translate(substr(id, 1, 8) || substr(id, 10, 4) || substr(id, 16, 3) || substr(id, 20, 4), '0123456789abcdef', 'vutsrqponmlkjihg');
DROP INDEX todo_open;
DROP INDEX todo_done;
DROP INDEX todo_trash;
CREATE INDEX todo_open ON todo (list_id, position, id) WHERE done_at IS NULL AND deleted_at IS NULL AND parent_id IS NULL;
CREATE INDEX todo_done ON todo (list_id, done_at, id) WHERE done_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX todo_trash ON todo (list_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX todo_due ON todo (list_id, due_at, id) WHERE due_at IS NOT NULL AND done_at IS NULL AND deleted_at IS NULL;
CREATE INDEX todo_step ON todo (list_id, parent_id, position, id) WHERE parent_id IS NOT NULL;
CREATE INDEX todo_labelled ON todo (list_id, labels) WHERE labels <> '' AND deleted_at IS NULL;
-- Every change of a to-do or (todo_id NULL) of a list. Numbers taken in a transaction commit out of order, so a reader
-- takes only rows whose `tx` is below every transaction that still runs, ordered by (tx, seq).
CREATE TABLE todo_change (
    tx BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    list_id TEXT NOT NULL,
    todo_id TEXT,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    changes TEXT NOT NULL,
    PRIMARY KEY (tx, seq)
);
CREATE INDEX todo_change_gone ON todo_change (at) WHERE list_id = '';
CREATE INDEX todo_change_todo ON todo_change (todo_id, version) WHERE kind <> 'created' AND kind <> 'list';
