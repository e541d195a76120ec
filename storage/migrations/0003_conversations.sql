-- The full record of every conversation. Temporal is the engine and the trace; this is the memory.

CREATE TABLE conversations (
    conversation_id   text PRIMARY KEY,
    organisation      text NOT NULL,
    channel           text NOT NULL,
    customer_id       text REFERENCES customers,
    spec_hash         text NOT NULL REFERENCES spec_versions,
    status            text NOT NULL CHECK (status IN ('open', 'awaiting_approval', 'with_human', 'snoozed', 'resolved')),
    owner_kind        text NOT NULL CHECK (owner_kind IN ('ai_agent', 'human_agent')),
    owner_id          text,
    mode              text NOT NULL CHECK (mode IN ('delegation', 'supervision', 'co_pilot')),
    revision          integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
    turn              integer NOT NULL DEFAULT 0 CHECK (turn >= 0),
    last_seq          integer NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    answered_seq      integer NOT NULL DEFAULT 0,  -- customer messages up to here have a reply
    escalation_reason text,
    snoozed_until     timestamptz,
    resolved_at       timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    merged_into       text REFERENCES conversations,
    CHECK (status <> 'with_human' OR owner_kind = 'human_agent'),
    CHECK (status <> 'awaiting_approval' OR owner_kind = 'ai_agent'),
    CHECK ((status = 'snoozed') = (snoozed_until IS NOT NULL)),
    CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
    CHECK (answered_seq BETWEEN 0 AND last_seq)
);
CREATE INDEX conversations_queue ON conversations (organisation, status, updated_at);

-- The transcript as the customer sees it. `seq` has no gaps and is given when a message is final, so that a client
-- that asks for everything after the last seq it saw misses nothing.
CREATE TABLE messages (
    conversation_id      text NOT NULL REFERENCES conversations,
    seq                  integer NOT NULL CHECK (seq > 0),
    message_id           text NOT NULL,
    author               text NOT NULL,
    author_id            text,
    kind                 text NOT NULL,
    text                 text NOT NULL,
    attachments          jsonb NOT NULL DEFAULT '[]',
    channel              text NOT NULL,
    draft_id             text,
    at                   timestamptz NOT NULL,
    read_at              timestamptz,
    PRIMARY KEY (conversation_id, seq),
    CHECK ((author, kind) IN (('customer', 'customer'), ('ai_agent', 'reply'), ('ai_agent', 'clarification'),
                              ('human_agent', 'human_reply'), ('system', 'notice')))
);
-- Customers' ids are their own: one that looks like an id of ours stands in the way of nothing.
CREATE UNIQUE INDEX one_message_per_id ON messages (conversation_id, message_id, (author = 'customer'));

CREATE TABLE customer_contexts (
    context_id       text PRIMARY KEY,
    conversation_id  text NOT NULL REFERENCES conversations,
    document         jsonb NOT NULL,
    fetched_at       timestamptz NOT NULL
);
CREATE INDEX customer_contexts_of ON customer_contexts (conversation_id);

-- What human agents tell each other and the AI agent; no customer sees it.
CREATE TABLE internal_notes (
    conversation_id  text NOT NULL REFERENCES conversations,
    request_id       text NOT NULL,
    author_id        text NOT NULL,
    text             text NOT NULL CHECK (text <> ''),
    at               timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, request_id)
);

CREATE TABLE attachments (
    attachment_id    text PRIMARY KEY,
    conversation_id  text NOT NULL,
    name             text NOT NULL,
    media_type       text NOT NULL,
    content          bytea NOT NULL,
    size_bytes       integer NOT NULL GENERATED ALWAYS AS (octet_length(content)) STORED,
    created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attachments_of ON attachments (conversation_id);

-- Append-only; `data` carries references and numbers, never personal data.
CREATE TABLE audit_events (
    event_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_key        text UNIQUE,
    organisation     text NOT NULL,
    conversation_id  text,
    kind             text NOT NULL,
    actor            text NOT NULL,
    data             jsonb NOT NULL DEFAULT '{}',
    at               timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_events_of ON audit_events (conversation_id, event_id);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit events are never changed'; END $$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
