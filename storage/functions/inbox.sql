-- What vendors bring, and what it concerns.

-- Whoever holds a letter of ours can name its thread. It is believed of the thread's own customer, and where the vendor
-- itself knows its members (a ticket, a Slack thread).
CREATE OR REPLACE FUNCTION may_write_in(t channel_threads, sender jsonb, of_customer text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT t.customer_id = of_customer OR sender ? 'external_id' OR EXISTS (
        SELECT FROM customers c
        WHERE c.customer_id = t.customer_id AND (c.email = lower(sender->>'email') OR c.phone = sender->>'phone')
    )
$$;

-- The conversation of a message: that of its thread, of a thread that it refers to, the open one of a recognised
-- customer where the specification lets one conversation go across channels, or a new one.
CREATE OR REPLACE FUNCTION conversation_of(
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
        AND may_write_in(t, event->'sender', of_customer) AND NOT is_erased(conversation_id)
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

-- Vendors report in any order: what is certain already is not taken back by a word that comes late. One part of a
-- message that failed makes the whole fail.
CREATE OR REPLACE FUNCTION how_final(status text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_position(ARRAY['sent', 'delivered', 'read', 'failed'], status), 0)
$$;

-- What colleagues answered in a thread before its first customer message came in. What was written before that message
-- opens the conversation, under a kind of its own; what was written after it follows it, and so it gets a number of now.
CREATE OR REPLACE FUNCTION take_in_early_replies(
    org text, message jsonb, of_conversation text, of_customer text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    early inbox;
BEGIN
    FOR early IN
        SELECT * FROM inbox i
        WHERE organisation = org AND channel = message->>'channel' AND kind = 'colleague_reply'
            AND i.event IS NOT NULL AND conversation_id IS NULL AND i.event->>'thread' = message->>'thread'
        ORDER BY (i.event->>'at')::timestamptz, inbox_id
    LOOP
        IF (early.event->>'at')::timestamptz < (message->>'at')::timestamptz THEN
            UPDATE inbox SET kind = 'opening_reply', conversation_id = of_conversation, customer_id = of_customer,
                event = early.event || jsonb_build_object('kind', 'opening_reply')
            WHERE inbox_id = early.inbox_id;
        ELSE
            UPDATE inbox SET inbox_id = DEFAULT, conversation_id = of_conversation, customer_id = of_customer
            WHERE inbox_id = early.inbox_id;
        END IF;
    END LOOP;
END $$;

-- What was told of a thread before its first message came in: a rating counts, and a consent that was changed after that
-- message holds.
CREATE OR REPLACE FUNCTION take_in_early_words(
    org text, message jsonb, of_conversation text, of_customer text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    early inbox;
BEGIN
    FOR early IN
        SELECT * FROM inbox i
        WHERE organisation = org AND channel = message->>'channel' AND kind IN ('rating', 'consent_change')
            AND i.event IS NOT NULL AND conversation_id IS NULL AND i.event->>'thread' = message->>'thread'
        ORDER BY (i.event->>'at')::timestamptz, inbox_id
    LOOP
        IF early.kind = 'rating' THEN
            PERFORM keep_rating(org, of_conversation, early.event);
        ELSIF (early.event->>'at')::timestamptz > (message->>'at')::timestamptz THEN
            UPDATE channel_threads SET opted_out = (early.event->>'opted_out')::boolean
            WHERE organisation = org AND channel = message->>'channel' AND thread = message->>'thread';
        END IF;
        UPDATE inbox SET conversation_id = of_conversation, customer_id = of_customer, event = NULL
        WHERE inbox_id = early.inbox_id;
    END LOOP;
END $$;

-- Keeps an event, once. What it concerns is found out here; `fresh` is false when it had been kept before. What is said of
-- a thread that nobody knows, other than by its customer, waits for the thread's first customer message.
CREATE OR REPLACE FUNCTION keep_event(
    org text, incoming jsonb, across boolean, moment timestamptz,
    OUT kept_id bigint, OUT fresh boolean, OUT concerns text, OUT of_customer text
) LANGUAGE plpgsql AS $$
DECLARE
    on_channel text := incoming->>'channel';
    in_thread text := incoming->>'thread';
    reported deliveries;
    waits boolean := true;
BEGIN
    IF incoming->>'kind' = 'message' AND was_restored_since(org, (incoming->>'at')::timestamptz) THEN
        incoming := incoming || '{"in_doubt": true}';
    END IF;
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
        -- All that was left of it is that nobody was to write there; whoever writes there begins anew.
        DELETE FROM channel_threads
        WHERE organisation = org AND channel = on_channel AND thread = in_thread AND is_erased(conversation_id);
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
        PERFORM take_in_early_replies(org, incoming, concerns, of_customer);
        PERFORM take_in_early_words(org, incoming, concerns, of_customer);
    ELSIF incoming->>'kind' = 'delivery_report' THEN
        UPDATE deliveries d SET (report, report_code) = (
            SELECT status, code FROM (
                VALUES (d.report, d.report_code), (incoming->>'status', incoming->>'code')
            ) AS told (status, code) ORDER BY how_final(status) DESC LIMIT 1
        )
        WHERE channel = on_channel AND provider_message_id = incoming->>'provider_message_id'
        RETURNING * INTO reported;
        concerns := reported.conversation_id;
        waits := incoming->>'status' = 'failed';
        UPDATE inbox SET event = inbox.event || jsonb_build_object('message_key', reported.message_key)
        WHERE inbox_id = kept_id AND reported.message_key IS NOT NULL;
    ELSE
        -- The first message of its thread may come at this moment: one of the two sees the other.
        PERFORM pg_advisory_xact_lock(hashtextextended(org, 7));
        UPDATE channel_threads SET opted_out = coalesce((incoming->>'opted_out')::boolean, opted_out)
        WHERE organisation = org AND channel = on_channel AND thread = incoming->>'thread'
        RETURNING conversation_id, customer_id INTO concerns, of_customer;
        waits := incoming->>'kind' = 'colleague_reply' OR concerns IS NULL;
    END IF;
    UPDATE inbox SET conversation_id = concerns, customer_id = of_customer,
        event = CASE WHEN waits THEN inbox.event END
    WHERE inbox_id = kept_id;
END $$;

-- A vendor may report a failure before our own record of the sending is written; it is matched then.
CREATE OR REPLACE FUNCTION match_early_reports(org text) RETURNS void LANGUAGE sql AS $$
    UPDATE inbox i SET conversation_id = d.conversation_id,
        event = i.event || jsonb_build_object('message_key', d.message_key)
    FROM deliveries d
    WHERE i.organisation = org AND i.kind = 'delivery_report' AND i.event IS NOT NULL AND i.conversation_id IS NULL
        AND d.channel = i.channel AND d.provider_message_id = i.event->>'provider_message_id'
$$;

-- Once for each event. One of a conversation that was erased counts, without words.
CREATE OR REPLACE FUNCTION keep_rating(org text, of_conversation text, rating jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ratings (organisation, channel, event_id, conversation_id, score, comment, at)
    VALUES (org, rating->>'channel', rating->>'event_id', of_conversation, rating->>'score',
            CASE WHEN is_erased(of_conversation) THEN '' ELSE rating->>'comment' END, (rating->>'at')::timestamptz)
    ON CONFLICT (organisation, channel, event_id) DO NOTHING;
    IF FOUND THEN
        INSERT INTO audit_events (organisation, conversation_id, kind, actor, data, at)
        VALUES (org, of_conversation, 'rated', 'customer',
                jsonb_build_object('channel', rating->>'channel', 'score', rating->>'score'),
                (rating->>'at')::timestamptz);
    END IF;
END $$;
