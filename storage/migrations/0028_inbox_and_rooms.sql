-- The inbox of people: since when a conversation waits for one, what its customer is called, who has read how far, and
-- what is found by its words. Indexes carry what a list is filtered by, so that pages and counts read no row in vain.
ALTER TABLE customers ADD COLUMN name text;
ALTER TABLE conversations ADD COLUMN waits_since timestamptz;
UPDATE conversations c SET waits_since = updated_at
WHERE status = 'awaiting_approval' OR status = 'with_human' AND EXISTS (
    SELECT FROM messages m
    WHERE m.conversation_id = c.conversation_id AND m.seq > c.answered_seq AND m.author = 'customer'
);
CREATE INDEX conversations_recent ON conversations (organisation, updated_at DESC, conversation_id DESC)
    INCLUDE (status, owner_kind, owner_id, channel);
CREATE INDEX conversations_active ON conversations (organisation, updated_at DESC, conversation_id DESC)
    INCLUDE (status, owner_kind, owner_id, channel) WHERE status <> 'resolved';
CREATE INDEX conversations_waiting ON conversations (organisation, waits_since, conversation_id)
    WHERE waits_since IS NOT NULL;

-- Words of any language: nothing is stemmed, and the beginning of a word finds it.
CREATE INDEX messages_by_words ON messages USING gin (to_tsvector('simple', text));
CREATE INDEX internal_notes_by_words ON internal_notes USING gin (to_tsvector('simple', text));
CREATE INDEX customers_by_name ON customers USING gin (to_tsvector('simple', name)) WHERE name IS NOT NULL;
CREATE INDEX directory_contacts_by_name ON directory_contacts USING gin (to_tsvector('simple', name));
CREATE INDEX customers_of_contact ON customers (organisation, contact_id) WHERE contact_id IS NOT NULL;

-- Whom a note names, and how far a person has read in a conversation.
ALTER TABLE internal_notes ADD COLUMN mentions text[] NOT NULL DEFAULT '{}';
CREATE TABLE conversation_reads (
    conversation_id  text NOT NULL REFERENCES conversations,
    person_id        text NOT NULL,
    seq              integer NOT NULL,
    at               timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, person_id)
);

-- Who looks at a conversation, or writes in it, at this moment. What a crash of the database loses is told again within
-- seconds.
CREATE UNLOGGED TABLE presences (
    conversation_id  text NOT NULL,
    person_id        text NOT NULL,
    organisation     text NOT NULL,
    until            timestamptz NOT NULL,
    typing_until     timestamptz,
    PRIMARY KEY (conversation_id, person_id)
);
CREATE INDEX presences_of_person ON presences (organisation, person_id);

-- Where colleagues write to each other: channels, two people, and what concerns one conversation. `people` are the two.
CREATE TABLE rooms (
    room_id          text PRIMARY KEY,
    organisation     text NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('team', 'direct', 'conversation')),
    name             text NOT NULL DEFAULT '',
    people           text[] NOT NULL DEFAULT '{}',
    conversation_id  text REFERENCES conversations,
    created_by       text NOT NULL,
    created_at       timestamptz NOT NULL,
    last_seq         integer NOT NULL DEFAULT 0,
    updated_at       timestamptz NOT NULL,
    CHECK ((kind = 'direct') = (cardinality(people) = 2)),
    CHECK ((kind = 'conversation') = (conversation_id IS NOT NULL)),
    CHECK ((kind = 'team') = (name <> ''))
);
CREATE UNIQUE INDEX one_room_per_name ON rooms (organisation, name) WHERE kind = 'team';
CREATE UNIQUE INDEX one_room_per_pair ON rooms (organisation, people) WHERE kind = 'direct';
CREATE UNIQUE INDEX one_room_per_conversation ON rooms (conversation_id) WHERE kind = 'conversation';
CREATE INDEX rooms_of ON rooms (organisation, updated_at DESC, room_id DESC);

-- `about`: every conversation that a message names, so that it is erased with it. `conversation_id` is the one linked.
CREATE TABLE room_messages (
    room_id          text NOT NULL REFERENCES rooms,
    seq              integer NOT NULL CHECK (seq > 0),
    request_id       text NOT NULL,
    author_id        text NOT NULL,
    text             text NOT NULL,
    mentions         text[] NOT NULL DEFAULT '{}',
    conversation_id  text,
    about            text[] NOT NULL DEFAULT '{}',
    at               timestamptz NOT NULL,
    PRIMARY KEY (room_id, seq),
    UNIQUE (room_id, request_id)
);
CREATE INDEX room_messages_about ON room_messages USING gin (about);

CREATE TABLE room_reads (
    room_id    text NOT NULL REFERENCES rooms,
    person_id  text NOT NULL,
    seq        integer NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (room_id, person_id)
);

-- A file belongs to its room, and to a message once one names it.
CREATE TABLE room_files (
    file_id      text PRIMARY KEY,
    room_id      text NOT NULL REFERENCES rooms,
    seq          integer,
    name         text NOT NULL,
    media_type   text NOT NULL,
    content      bytea NOT NULL,
    size_bytes   integer NOT NULL GENERATED ALWAYS AS (octet_length(content)) STORED,
    uploaded_by  text NOT NULL,
    created_at   timestamptz NOT NULL
);
CREATE INDEX room_files_of ON room_files (room_id, seq);
