-- The full record of every conversation. Temporal is the engine and the trace; this is the memory.

-- `document` is json, not jsonb, because its name is the hash of its exact text.
CREATE TABLE spec_versions (
    content_hash  text PRIMARY KEY,
    organisation  text NOT NULL,
    document      json NOT NULL,
    topic_model   bytea NOT NULL,
    calibration   jsonb NOT NULL,
    published_by  text NOT NULL,
    published_at  timestamptz NOT NULL DEFAULT now(),
    active        boolean NOT NULL DEFAULT false,
    CHECK (content_hash = encode(sha256(convert_to(document::text, 'UTF8')), 'hex'))
);
CREATE UNIQUE INDEX one_active_version ON spec_versions (organisation) WHERE active;

CREATE TABLE customers (
    customer_id   text PRIMARY KEY,
    organisation  text NOT NULL,
    contact_id    text,
    email         text,
    phone         text,
    verified      boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now()
);
-- Only verified ones: whoever merely claims to be a contact gets a row of their own, without that contact's facts.
CREATE UNIQUE INDEX one_customer_per_contact ON customers (organisation, contact_id)
    WHERE verified AND contact_id IS NOT NULL;

CREATE TABLE directory_accounts (
    organisation  text NOT NULL,
    account_id    text NOT NULL,
    document      jsonb NOT NULL,
    imported_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation, account_id)
);
CREATE TABLE directory_contacts (
    organisation  text NOT NULL,
    contact_id    text NOT NULL,
    account_id    text NOT NULL,
    name          text NOT NULL,
    email         text NOT NULL,
    phone         text,
    role          text NOT NULL DEFAULT '',
    PRIMARY KEY (organisation, contact_id),
    FOREIGN KEY (organisation, account_id) REFERENCES directory_accounts
);
CREATE INDEX directory_contacts_by_email ON directory_contacts (organisation, lower(email));
CREATE INDEX directory_contacts_by_phone ON directory_contacts (organisation, phone) WHERE phone IS NOT NULL;

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

-- One row per draft: the decision record. The decision's columns are filled, all or none, when it is carried out.
CREATE TABLE turns (
    draft_id         text PRIMARY KEY,
    conversation_id  text NOT NULL REFERENCES conversations,
    turn             integer NOT NULL,
    revision         integer NOT NULL,
    ai_agent         text NOT NULL,
    suggestion       boolean NOT NULL DEFAULT false,
    draft            jsonb NOT NULL,
    context_id       text REFERENCES customer_contexts,
    instruction      text NOT NULL DEFAULT '',
    verdict          jsonb,
    created_at       timestamptz NOT NULL DEFAULT now(),
    confidence       double precision CHECK (confidence BETWEEN 0 AND 1),
    outcome          text CHECK (outcome IN ('send', 'ask_approval', 'clarify', 'escalate')),
    reason           text,
    review           text CHECK (review IN ('low_confidence', 'sample', 'risk')),
    record           jsonb,
    decided_at       timestamptz,
    CHECK (num_nulls(confidence, outcome, reason, record, decided_at) IN (0, 5))
);
CREATE INDEX turns_of ON turns (conversation_id, turn);
CREATE INDEX turns_to_review ON turns (decided_at) WHERE review IS NOT NULL;

CREATE TABLE approvals (
    approval_id      text PRIMARY KEY,
    conversation_id  text NOT NULL REFERENCES conversations,
    organisation     text NOT NULL,
    draft_id         text NOT NULL REFERENCES turns,
    digest           text NOT NULL,
    revision         integer NOT NULL,
    state            text NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'stale', 'taken_over', 'replaced')),
    document         jsonb NOT NULL,
    requested_at     timestamptz NOT NULL,
    closed_at        timestamptz,
    closed_by        text,
    CHECK ((state = 'open') = (closed_at IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX one_open_approval ON approvals (conversation_id) WHERE state = 'open';
CREATE INDEX approvals_queue ON approvals (organisation, state, requested_at);

CREATE TABLE decisions (
    decision_id      text NOT NULL,
    approval_id      text NOT NULL,
    conversation_id  text NOT NULL REFERENCES conversations,
    action           text NOT NULL,
    decided_by       text NOT NULL,
    effect           text NOT NULL,
    refused          text,
    reason           text NOT NULL DEFAULT '',
    text             text,
    decided_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (decision_id, conversation_id),
    CHECK ((effect = 'refused') = (refused IS NOT NULL))
);
CREATE INDEX decisions_of ON decisions (approval_id, decided_at);

-- A send is claimed here before it is made; the key is the same for every attempt. `answers_seq` is the last message
-- that the reply knew of when it was claimed.
CREATE TABLE deliveries (
    message_key          text PRIMARY KEY,
    conversation_id      text NOT NULL REFERENCES conversations,
    state                text NOT NULL CHECK (state IN ('claimed', 'delivered')),
    revision             integer NOT NULL,
    answers_seq          integer NOT NULL,
    author               text NOT NULL,
    author_id            text NOT NULL,
    kind                 text NOT NULL,
    channel              text NOT NULL,
    draft_id             text REFERENCES turns,
    text                 text NOT NULL CHECK (text <> ''),
    claimed_at           timestamptz NOT NULL DEFAULT now(),
    delivered_at         timestamptz,
    provider_message_id  text,
    CHECK ((state = 'delivered') = (delivered_at IS NOT NULL))
);
CREATE INDEX deliveries_of ON deliveries (conversation_id);

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

CREATE TABLE api_keys (
    key_hash      text PRIMARY KEY CHECK (key_hash ~ '^[0-9a-f]{64}$'),
    organisation  text NOT NULL,
    person_id     text NOT NULL,
    roles         text[] NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    revoked_at    timestamptz
);
