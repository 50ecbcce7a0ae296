-- Lists with members, and the to-dos in them. Ids are UUIDv7, so the order of ids is the order of creation.
CREATE TABLE list (
    list_id TEXT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    personal BIGINT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE list_member (
    list_id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (list_id, user_id)
);
CREATE INDEX list_member_user ON list_member (user_id, list_id);
CREATE TABLE todo (
    list_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    notes TEXT NOT NULL,
    done_at BIGINT,
    done_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (list_id, id)
);
CREATE UNIQUE INDEX todo_id ON todo (id);
CREATE INDEX todo_open ON todo (list_id, id) WHERE done_at IS NULL AND deleted_at IS NULL;
CREATE INDEX todo_done ON todo (list_id, id) WHERE done_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX todo_trash ON todo (list_id, id) WHERE deleted_at IS NOT NULL;
