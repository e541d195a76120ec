-- Channels whose transport is a vendor: whose thread belongs to which conversation, what came in, which vendors answer.

-- A vendor's thread (a ticket, a pair of numbers, a first mail) belongs to one conversation. The row of the
-- conversation itself is made by its workflow, so it may not be there yet. `split_from` is where the thread was before.
CREATE TABLE channel_threads (
    organisation     text NOT NULL,
    channel          text NOT NULL,
    thread           text NOT NULL,
    conversation_id  text NOT NULL,
    customer_id      text NOT NULL REFERENCES customers,
    address          jsonb NOT NULL DEFAULT '{}',
    opted_out        boolean NOT NULL DEFAULT false,
    used_at          timestamptz NOT NULL,
    split_from       text,
    PRIMARY KEY (organisation, channel, thread)
);
CREATE INDEX channel_threads_of ON channel_threads (conversation_id, channel, used_at);
CREATE INDEX channel_threads_by_customer ON channel_threads (customer_id, used_at);
CREATE INDEX channel_threads_split ON channel_threads (split_from) WHERE split_from IS NOT NULL;

-- Every event is written here before its vendor is told "received", and waits until Temporal has it. The content goes
-- then; the row stays, so that the same event is never taken in twice.
CREATE TABLE inbox (
    inbox_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation     text NOT NULL,
    channel          text NOT NULL,
    event_id         text NOT NULL,
    kind             text NOT NULL,
    conversation_id  text,
    customer_id      text,
    event            jsonb,
    claimed_until    timestamptz,
    received_at      timestamptz NOT NULL,
    UNIQUE (organisation, channel, event_id)
);
CREATE INDEX inbox_waiting ON inbox (inbox_id) WHERE event IS NOT NULL;

-- What no message could be made of, whole, with the reason.
CREATE TABLE quarantine (
    organisation  text NOT NULL,
    channel       text NOT NULL,
    event_id      text NOT NULL,
    reason        text NOT NULL,
    content       bytea NOT NULL,
    at            timestamptz NOT NULL,
    PRIMARY KEY (organisation, channel, event_id)
);

-- Where a reader stopped.
CREATE TABLE channel_cursors (
    organisation  text NOT NULL,
    channel       text NOT NULL,
    cursor        jsonb NOT NULL,
    moved_at      timestamptz NOT NULL,
    PRIMARY KEY (organisation, channel)
);

-- What customers thought of the help, as they told the channel's vendor. The last one counts; the comment is only here.
CREATE TABLE ratings (
    organisation     text NOT NULL,
    channel          text NOT NULL,
    event_id         text NOT NULL,
    conversation_id  text NOT NULL,
    score            text NOT NULL CHECK (score IN ('good', 'bad')),
    comment          text NOT NULL,
    at               timestamptz NOT NULL,
    PRIMARY KEY (organisation, channel, event_id)
);
CREATE INDEX ratings_by_conversation ON ratings (conversation_id, at);

-- Which vendors answer: one row for each, shared by every process of the installation. No organisation, no personal data.
CREATE TABLE vendor_states (
    vendor       text PRIMARY KEY,
    state        text NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    since        timestamptz NOT NULL,
    last_error   text NOT NULL DEFAULT '',
    next_try_at  timestamptz,
    CHECK ((state = 'closed') = (next_try_at IS NULL))
);
