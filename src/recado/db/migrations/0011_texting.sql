-- The short numbers by which somebody names to-dos in texts. `asked` says that a text asked them to answer with it.
CREATE TABLE short_number (
    user_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    todo_id TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    PRIMARY KEY (user_id, number)
);
CREATE UNIQUE INDEX short_number_todo ON short_number (user_id, todo_id);
-- What somebody changed by text, for UNDO. `version` is what the to-do had become.
CREATE TABLE text_change (
    user_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    todo_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
);
-- Sign-ins that somebody was told of and may end by text. `number` tells those of one hour apart, also from one that was
-- ended already, so that answering twice never ends another.
CREATE TABLE sign_in_notice (
    user_id BIGINT NOT NULL,
    session_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    device TEXT NOT NULL,
    ended BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
