-- Channels whose transport is a vendor: what came in, whose thread belongs to which conversation, who wrote.

-- How a customer was recognised. What was only claimed is kept apart from what was proved.
CREATE TABLE customer_identities (
    organisation  text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('email', 'phone', 'contact_id', 'external_id')),
    value         text NOT NULL,
    verified      boolean NOT NULL,
    customer_id   text NOT NULL REFERENCES customers,
    since         timestamptz NOT NULL,
    PRIMARY KEY (organisation, kind, value, verified)
);
CREATE INDEX customer_identities_of ON customer_identities (customer_id);

-- A vendor's thread (a ticket, a pair of numbers, a first mail) belongs to one conversation. The row of the
-- conversation itself is made by its workflow, so it may not be there yet.
CREATE TABLE channel_threads (
    organisation     text NOT NULL,
    channel          text NOT NULL,
    thread           text NOT NULL,
    conversation_id  text NOT NULL,
    customer_id      text NOT NULL REFERENCES customers,
    address          jsonb NOT NULL DEFAULT '{}',
    opted_out        boolean NOT NULL DEFAULT false,
    used_at          timestamptz NOT NULL,
    PRIMARY KEY (organisation, channel, thread)
);
CREATE INDEX channel_threads_of ON channel_threads (conversation_id, channel, used_at);
CREATE INDEX channel_threads_by_customer ON channel_threads (customer_id, used_at);

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

-- While an attempt to send may be under way, until `leased_until`, nobody else becomes the owner.
ALTER TABLE deliveries ADD COLUMN leased_until timestamptz, ADD COLUMN report text, ADD COLUMN report_code text;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries ADD CHECK (state IN ('claimed', 'delivered', 'withdrawn'));
CREATE INDEX deliveries_by_receipt ON deliveries (channel, provider_message_id) WHERE provider_message_id IS NOT NULL;

CREATE FUNCTION identities_of(sender jsonb, channel text) RETURNS TABLE (kind text, value text)
LANGUAGE sql IMMUTABLE AS $$
    SELECT * FROM (VALUES
        ('contact_id', sender->>'contact_id'),
        ('email', lower(sender->>'email')),
        ('phone', sender->>'phone'),
        ('external_id', channel || ':' || (sender->>'external_id'))
    ) AS said (kind, value) WHERE value IS NOT NULL
$$;

-- The customer whom a sender is, made when there is none yet. What is only claimed never finds what was proved.
CREATE FUNCTION recognise_customer(
    org text, sender jsonb, on_channel text, moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    proved boolean := coalesce((sender->>'verified')::boolean, false);
    known text;
BEGIN
    SELECT i.customer_id INTO known
    FROM customer_identities i JOIN identities_of(sender, on_channel) said USING (kind, value)
    WHERE i.organisation = org AND i.verified = proved
    ORDER BY array_position(ARRAY['contact_id', 'external_id', 'email', 'phone'], i.kind) LIMIT 1;
    IF known IS NULL THEN
        known := 'cu_' || replace(gen_random_uuid()::text, '-', '');
        INSERT INTO customers (customer_id, organisation, contact_id, email, phone, verified, created_at)
        VALUES (known, org, sender->>'contact_id', lower(sender->>'email'), sender->>'phone', proved, moment)
        ON CONFLICT (organisation, contact_id) WHERE verified AND contact_id IS NOT NULL
        DO UPDATE SET email = coalesce(customers.email, excluded.email), phone = coalesce(customers.phone, excluded.phone)
        RETURNING customer_id INTO known;
    END IF;
    PERFORM remember_identities(org, known, sender, on_channel, proved, moment);
    RETURN known;
END $$;

CREATE FUNCTION remember_identities(
    org text, of_customer text, sender jsonb, on_channel text, proved boolean, moment timestamptz
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO customer_identities (organisation, kind, value, verified, customer_id, since)
    SELECT org, kind, value, proved, of_customer, moment FROM identities_of(sender, on_channel)
    ON CONFLICT DO NOTHING
$$;

-- Whoever holds a letter of ours can name its thread. It is believed of the thread's own customer, and where the vendor
-- itself knows its members (a ticket, a Slack thread).
CREATE FUNCTION may_write_in(t channel_threads, sender jsonb, of_customer text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT t.customer_id = of_customer OR sender ? 'external_id' OR EXISTS (
        SELECT FROM customers c
        WHERE c.customer_id = t.customer_id AND (c.email = lower(sender->>'email') OR c.phone = sender->>'phone')
    )
$$;

-- The conversation of a message: that of its thread, of a thread that it refers to, the open one of a recognised
-- customer where the specification lets one conversation go across channels, or a new one.
CREATE FUNCTION conversation_of(
    org text, event jsonb, of_customer text, across boolean, moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    on_channel text := event->>'channel';
    known channel_threads;
    joined text;
BEGIN
    SELECT * INTO known FROM channel_threads t
    WHERE organisation = org AND channel = on_channel
        AND (thread = event->>'thread' OR thread IN (SELECT jsonb_array_elements_text(event->'references')))
        AND may_write_in(t, event->'sender', of_customer)
    ORDER BY thread = event->>'thread' DESC, used_at DESC LIMIT 1;
    IF FOUND THEN
        RETURN known.conversation_id;
    END IF;
    IF across AND (event#>>'{sender,verified}')::boolean THEN
        SELECT t.conversation_id INTO joined FROM channel_threads t LEFT JOIN conversations c USING (conversation_id)
        WHERE t.organisation = org AND t.customer_id = of_customer AND coalesce(c.status, 'open') <> 'resolved'
        ORDER BY t.used_at DESC LIMIT 1;
    END IF;
    IF joined IS NOT NULL THEN
        INSERT INTO audit_events (organisation, conversation_id, kind, actor, data, at)
        VALUES (org, joined, 'channel_joined', 'customer', jsonb_build_object('channel', on_channel), moment);
    END IF;
    RETURN coalesce(joined, 'cv_' || replace(gen_random_uuid()::text, '-', ''));
END $$;

-- Keeps an event, once. What it concerns is found out here; `fresh` is false when it had been kept before.
CREATE FUNCTION keep_event(
    org text, incoming jsonb, across boolean, moment timestamptz,
    OUT kept_id bigint, OUT fresh boolean, OUT concerns text, OUT of_customer text
) LANGUAGE plpgsql AS $$
DECLARE
    on_channel text := incoming->>'channel';
    in_thread text := incoming->>'thread';
    reported deliveries;
    waits boolean := true;
BEGIN
    INSERT INTO inbox (organisation, channel, event_id, kind, event, received_at)
    VALUES (org, on_channel, incoming->>'event_id', incoming->>'kind', incoming, moment)
    ON CONFLICT DO NOTHING RETURNING inbox_id INTO kept_id;
    fresh := FOUND;
    IF NOT fresh THEN
        SELECT inbox_id, conversation_id, customer_id INTO kept_id, concerns, of_customer FROM inbox
        WHERE organisation = org AND channel = on_channel AND event_id = incoming->>'event_id';
        RETURN;
    END IF;
    IF incoming->>'kind' = 'message' THEN
        -- Two first messages of one customer at once must not make two conversations.
        PERFORM pg_advisory_xact_lock(hashtextextended(org, 7));
        of_customer := recognise_customer(org, incoming->'sender', on_channel, moment);
        IF EXISTS (
            SELECT FROM channel_threads t WHERE organisation = org AND channel = on_channel AND thread = in_thread
                AND NOT may_write_in(t, incoming->'sender', of_customer)
        ) THEN
            in_thread := left(in_thread, 400) || ':' || of_customer;
            incoming := incoming || jsonb_build_object('thread', in_thread);
        END IF;
        concerns := conversation_of(org, incoming, of_customer, across, moment);
        INSERT INTO channel_threads (organisation, channel, thread, conversation_id, customer_id, address, used_at)
        VALUES (org, on_channel, in_thread, concerns, of_customer, coalesce(incoming->'address', '{}'), moment)
        ON CONFLICT (organisation, channel, thread) DO UPDATE
        SET address = channel_threads.address || excluded.address, used_at = moment, opted_out = false;
    ELSIF incoming->>'kind' = 'delivery_report' THEN
        UPDATE deliveries SET report = incoming->>'status', report_code = incoming->>'code'
        WHERE channel = on_channel AND provider_message_id = incoming->>'provider_message_id'
        RETURNING * INTO reported;
        concerns := reported.conversation_id;
        waits := incoming->>'status' = 'failed';
        UPDATE inbox SET event = inbox.event || jsonb_build_object('message_key', reported.message_key)
        WHERE inbox_id = kept_id AND reported.message_key IS NOT NULL;
    ELSE
        UPDATE channel_threads SET opted_out = coalesce((incoming->>'opted_out')::boolean, opted_out)
        WHERE organisation = org AND channel = on_channel AND thread = incoming->>'thread'
        RETURNING conversation_id, customer_id INTO concerns, of_customer;
        waits := incoming->>'kind' = 'colleague_reply' AND concerns IS NOT NULL;
    END IF;
    UPDATE inbox SET conversation_id = concerns, customer_id = of_customer,
        event = CASE WHEN waits THEN inbox.event END
    WHERE inbox_id = kept_id;
END $$;

-- A vendor may report a failure before our own record of the sending is written; it is matched then.
CREATE FUNCTION match_early_reports(org text) RETURNS void LANGUAGE sql AS $$
    UPDATE inbox i SET conversation_id = d.conversation_id,
        event = i.event || jsonb_build_object('message_key', d.message_key)
    FROM deliveries d
    WHERE i.organisation = org AND i.kind = 'delivery_report' AND i.event IS NOT NULL AND i.conversation_id IS NULL
        AND d.channel = i.channel AND d.provider_message_id = i.event->>'provider_message_id'
$$;

-- Sending. A claim holds a lease as long as an attempt may be under way; each further attempt claims again.

DROP FUNCTION claim_delivery(jsonb, timestamptz);
CREATE FUNCTION claim_delivery(
    step jsonb, lease interval, moment timestamptz,
    OUT status text, OUT body text, OUT claimed_at timestamptz, OUT address jsonb, OUT opted_out boolean
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    known deliveries;
    refusal text;
BEGIN
    SELECT * INTO known FROM deliveries d WHERE message_key = step->>'message_key';
    claimed_at := coalesce(known.delivered_at, known.claimed_at, moment);
    body := known.text;
    SELECT t.address, t.opted_out INTO address, opted_out FROM channel_threads t
    WHERE t.conversation_id = c.conversation_id AND t.channel = step->>'channel' ORDER BY used_at DESC LIMIT 1;
    IF known.state = 'delivered' THEN
        status := 'delivered';
    ELSIF known.state = 'withdrawn' THEN
        status := 'refused';
    ELSIF known.state = 'claimed' THEN
        status := 'in_doubt';
    ELSE
        refusal := refusal_of(c, step);
        IF refusal IS NOT NULL THEN
            PERFORM refuse_delivery(c, step, refusal, moment);
            status := 'refused';
            RETURN;
        END IF;
        c := start_delivery(c, step, moment);
        PERFORM save_conversation(c, moment);
        PERFORM audit(c, 'delivery_claimed', 'system', jsonb_build_object('message_key', step->>'message_key'), moment);
        UPDATE deliveries d SET leased_until = moment + lease WHERE message_key = step->>'message_key'
        RETURNING d.text INTO body;
        status := 'claimed';
    END IF;
END $$;

-- Before another attempt, once it is certain that the one before sent nothing: false withdraws the message for good.
CREATE FUNCTION claim_again(step jsonb, lease interval, moment timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    refusal text;
BEGIN
    IF (step->>'expected_revision')::integer <> c.revision THEN
        refusal := 'moved_on';
    ELSIF step->>'author' IN ('ai_agent', 'human_agent') AND step->>'author' <> c.owner_kind THEN
        refusal := 'changed_hands';
    END IF;
    UPDATE deliveries SET state = CASE WHEN refusal IS NULL THEN state ELSE 'withdrawn' END,
        leased_until = CASE WHEN refusal IS NULL THEN moment + lease END
    WHERE message_key = step->>'message_key' AND state = 'claimed';
    IF refusal IS NOT NULL THEN
        PERFORM refuse_delivery(c, step, refusal, moment);
    END IF;
    RETURN refusal IS NULL;
END $$;

-- The attempt ended without sending.
CREATE FUNCTION end_lease(key text) RETURNS void LANGUAGE sql AS $$
    UPDATE deliveries SET leased_until = NULL WHERE message_key = key
$$;

-- A message that a channel refuses for good did not leave.
CREATE FUNCTION withdraw_delivery(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
BEGIN
    UPDATE deliveries SET state = 'withdrawn', leased_until = NULL
    WHERE message_key = step->>'message_key' AND state = 'claimed';
    IF FOUND THEN
        PERFORM refuse_delivery(c, step, 'channel_refused', moment);
    END IF;
END $$;

-- What an adapter learned by sending, such as the id of a thread that begins with it.
CREATE FUNCTION keep_address(key text, learned jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE channel_threads t SET address = t.address || learned
    FROM deliveries d
    WHERE d.message_key = key AND (t.organisation, t.channel, t.thread) = (
        SELECT organisation, channel, thread FROM channel_threads
        WHERE conversation_id = d.conversation_id AND channel = d.channel ORDER BY used_at DESC LIMIT 1)
$$;

-- A notice tells where things stand; it answers nothing.
CREATE OR REPLACE FUNCTION finish_delivery(
    c conversations, sent deliveries, receipt text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    c.last_seq := c.last_seq + 1;
    IF sent.kind <> 'notice' THEN
        c.answered_seq := greatest(c.answered_seq, sent.answers_seq);
    END IF;
    INSERT INTO messages (conversation_id, seq, message_id, author, author_id, kind, text, channel, draft_id, at)
    VALUES (c.conversation_id, c.last_seq, sent.message_key, sent.author, sent.author_id, sent.kind, sent.text,
            sent.channel, sent.draft_id, moment);
    UPDATE deliveries SET state = 'delivered', delivered_at = moment, provider_message_id = receipt, leased_until = NULL
    WHERE message_key = sent.message_key;
    PERFORM audit(c, 'message_delivered', sent.author || ':' || sent.author_id, jsonb_build_object(
        'seq', c.last_seq, 'kind', sent.kind, 'message_key', sent.message_key), moment);
    RETURN c;
END $$;

-- Whoever takes over waits for a message that may be leaving at this moment, at most as long as its lease.
CREATE FUNCTION wait_for_what_is_leaving(c conversations, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF c.owner_kind = 'ai_agent' AND EXISTS (
        SELECT FROM deliveries
        WHERE conversation_id = c.conversation_id AND state = 'claimed' AND author = 'ai_agent' AND leased_until > moment
    ) THEN
        RAISE lock_not_available USING MESSAGE = 'a reply is leaving';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION change_ownership(
    step jsonb, moment timestamptz, OUT unanswered integer, OUT changed_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    key text := format('request:%s:%s', c.conversation_id, step->>'request_id');
BEGIN
    SELECT at INTO changed_at FROM audit_events WHERE event_key = key;
    IF NOT FOUND THEN
        changed_at := moment;
        PERFORM wait_for_what_is_leaving(c, moment);
        IF step#>>'{owner,kind}' = 'human_agent' THEN
            c := close_open_approval(c, 'taken_over', step->>'by', moment);
        END IF;
        c := take_in_messages(c, (step->>'revision')::integer, step->'messages', moment);
        c.owner_kind := step#>>'{owner,kind}';
        c.owner_id := step#>>'{owner,id}';
        c.status := step->>'status';
        c.snoozed_until := NULL;
        c.resolved_at := NULL;
        PERFORM save_conversation(c, moment);
        PERFORM note_internally(c, step->>'request_id', step->>'by', step->>'note', moment);
        PERFORM audit(c, 'ownership_changed', step->>'by', jsonb_build_object(
            'owner_kind', c.owner_kind, 'owner_id', c.owner_id, 'revision', c.revision), moment, key);
    END IF;
    SELECT count(*) INTO unanswered FROM unanswered_messages(c);
END $$;

-- Claim and completion at once: for channels whose transport is this database, and for what has left already.
CREATE OR REPLACE FUNCTION deliver_stored(
    step jsonb, moment timestamptz, OUT status text, OUT delivered_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    claimed deliveries;
    refusal text;
BEGIN
    SELECT 'delivered', d.delivered_at INTO status, delivered_at FROM deliveries d WHERE message_key = step->>'message_key';
    IF FOUND THEN
        RETURN;
    END IF;
    delivered_at := moment;
    refusal := refusal_of(c, step);
    IF refusal IS NOT NULL THEN
        PERFORM refuse_delivery(c, step, refusal, moment);
        status := 'refused';
        RETURN;
    END IF;
    c := start_delivery(c, step, moment);
    SELECT * INTO claimed FROM deliveries WHERE message_key = step->>'message_key';
    c := finish_delivery(c, claimed, coalesce(step->>'sent_as', claimed.message_key), moment);
    PERFORM save_conversation(c, moment);
    status := 'delivered';
END $$;
