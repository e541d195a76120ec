-- How an answer comes about: drafted, decided about by people, and carried out once.

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
    outcome          text CHECK (outcome IN ('send', 'ask_approval', 'clarify', 'verify', 'escalate')),
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
-- that the reply knew of when it was claimed. Until `leased_until` an attempt to send may be under way, and nobody else
-- becomes the owner.
CREATE TABLE deliveries (
    message_key          text PRIMARY KEY,
    conversation_id      text NOT NULL REFERENCES conversations,
    state                text NOT NULL CHECK (state IN ('claimed', 'delivered', 'withdrawn')),
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
    leased_until         timestamptz,
    report               text,
    report_code          text,
    CHECK ((state = 'delivered') = (delivered_at IS NOT NULL))
);
CREATE INDEX deliveries_of ON deliveries (conversation_id);
CREATE INDEX deliveries_by_receipt ON deliveries (channel, provider_message_id) WHERE provider_message_id IS NOT NULL;

-- Uses of tools that write: claimed before anything is sent, so that each happens once or somebody looks into it.
CREATE TABLE tool_calls (
    call_key         text PRIMARY KEY,
    conversation_id  text NOT NULL REFERENCES conversations,
    draft_id         text REFERENCES turns,
    state            text NOT NULL CHECK (state IN ('claimed', 'done', 'failed', 'in_doubt')),
    action           jsonb NOT NULL,
    result           text NOT NULL DEFAULT '',
    revision         integer NOT NULL,
    claimed_at       timestamptz NOT NULL,
    settled_at       timestamptz,
    CHECK ((state = 'claimed') = (settled_at IS NULL))
);
CREATE INDEX tool_calls_by_conversation ON tool_calls (conversation_id, claimed_at);
