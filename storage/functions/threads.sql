-- Two conversations become one, or one becomes two. What moves are the threads; what was said stays where it was said.

-- By which thread a conversation reaches its customer; what was written before a split is still answered there.
CREATE OR REPLACE FUNCTION thread_of(id text, on_channel text) RETURNS SETOF channel_threads LANGUAGE sql STABLE AS $$
    SELECT * FROM channel_threads WHERE channel = on_channel AND (conversation_id = id OR split_from = id)
    ORDER BY conversation_id = id DESC, used_at DESC LIMIT 1
$$;

-- The conversation in which this one goes on.
CREATE OR REPLACE FUNCTION heir_of(id text) RETURNS text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE line (heir, next) AS (
        SELECT id, (SELECT merged_into FROM conversations WHERE conversation_id = id)
        UNION ALL
        SELECT next, (SELECT merged_into FROM conversations WHERE conversation_id = next) FROM line
        WHERE next IS NOT NULL
    )
    SELECT heir FROM line WHERE next IS NULL
$$;

-- Customer messages above `after` go to another conversation, by the way that every message goes.
CREATE OR REPLACE FUNCTION pass_on(c conversations, heir text, after integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    passed integer;
BEGIN
    INSERT INTO inbox (organisation, channel, event_id, kind, conversation_id, customer_id, event, received_at)
    SELECT c.organisation, channel, format('merged:%s:%s', c.conversation_id, seq), 'merged_message', heir, c.customer_id,
           jsonb_build_object('kind', 'merged_message', 'message_id', message_id, 'text', text,
                              'attachments', attachments), at
    FROM messages WHERE conversation_id = c.conversation_id AND author = 'customer' AND seq > after
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS passed = ROW_COUNT;
    RETURN passed;
END $$;

-- Why two conversations stay two; null when they may become one. A reply of the AI agent that a person's ownership stops,
-- and a notice, leave only while an attempt is under way.
CREATE OR REPLACE FUNCTION refusal_to_merge(source conversations, target conversations, lead boolean) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN source.conversation_id = target.conversation_id THEN 'itself'
        WHEN source.merged_into IS NOT NULL THEN 'source_merged'
        WHEN target.merged_into IS NOT NULL THEN 'target_merged'
        WHEN is_erased(source.conversation_id) OR is_erased(target.conversation_id) THEN 'erased'
        WHEN EXISTS (
            SELECT FROM deliveries WHERE conversation_id = source.conversation_id AND state = 'claimed'
                AND (leased_until > clock_timestamp() OR author = source.owner_kind OR author = 'human_agent')
        ) THEN 'leaving'
        WHEN NOT lead AND (
            SELECT count(*) FROM customers WHERE verified AND customer_id IN (
                SELECT source.customer_id UNION SELECT target.customer_id UNION
                SELECT customer_id FROM channel_threads
                WHERE conversation_id IN (source.conversation_id, target.conversation_id))
        ) > 1 THEN 'customers'
    END
$$;

-- The source's threads, and what nobody has answered there, go on in the target. Its workflow is told by the inbox.
CREATE OR REPLACE FUNCTION merge_conversations(
    source_id text, target_id text, request_id text, by_person text, lead boolean, moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    source conversations;
    target conversations;
    key text := format('merge:%s:%s', source_id, request_id);
    refusal text;
    threads integer;
    passed integer;
BEGIN
    -- No message may find its conversation while threads move; whoever merges both ways at once locks in one order.
    PERFORM pg_advisory_xact_lock(hashtextextended(organisation, 7)) FROM conversations WHERE conversation_id = source_id;
    PERFORM lock_conversation(least(source_id, target_id));
    target := lock_conversation(target_id);
    source := lock_conversation(source_id);
    IF EXISTS (SELECT FROM audit_events WHERE event_key = key) THEN
        RETURN NULL;
    END IF;
    refusal := refusal_to_merge(source, target, lead);
    IF refusal IS NOT NULL THEN
        RETURN refusal;
    END IF;
    UPDATE channel_threads SET conversation_id = target_id WHERE conversation_id = source_id;
    GET DIAGNOSTICS threads = ROW_COUNT;
    passed := pass_on(source, target_id, source.answered_seq);
    -- No workflow takes part, so the next revision is made here, as in Lifecycle.move_on.
    source := raise_revision(source, source.revision + 1, moment);
    source.answered_seq := source.last_seq;
    PERFORM save_conversation(source, moment);
    UPDATE conversations SET merged_into = target_id WHERE conversation_id = source_id;
    PERFORM note_internally(source, key, by_person, format('Merged into %s.', target_id), moment);
    PERFORM note_internally(target, key, by_person, format(
        '%s was merged into this conversation: %s thread(s) go on here, %s unanswered message(s) were taken over.',
        source_id, threads, passed), moment);
    PERFORM audit(source, 'merged_into', by_person, jsonb_build_object(
        'conversation_id', target_id, 'threads', threads, 'messages', passed), moment, key);
    PERFORM audit(target, 'merged_from', by_person, jsonb_build_object(
        'conversation_id', source_id, 'threads', threads, 'messages', passed), moment);
    INSERT INTO inbox (organisation, channel, event_id, kind, conversation_id, event, received_at)
    VALUES (source.organisation, source.channel, 'resolve:' || key, 'merged', source_id, jsonb_build_object(
        'kind', 'merged', 'request_id', request_id || '-resolves', 'by', by_person), moment);
    RETURN NULL;
END $$;

-- A thread gets a conversation of its own for what comes from now on. Null when the conversation has no such thread.
CREATE OR REPLACE FUNCTION split_thread(
    id text, on_channel text, split_off text, request_id text, by_person text, moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
    key text := format('split:%s:%s', id, request_id);
    fresh text := 'cv_' || replace(gen_random_uuid()::text, '-', '');
    known jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(organisation, 7)) FROM conversations WHERE conversation_id = id;
    c := lock_conversation(id);
    SELECT data INTO known FROM audit_events WHERE event_key = key;
    IF FOUND THEN
        RETURN known->>'conversation_id';
    END IF;
    UPDATE channel_threads SET conversation_id = fresh, split_from = id
    WHERE organisation = c.organisation AND channel = on_channel AND thread = split_off AND conversation_id = id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM note_internally(c, key, by_person, format('What comes by %s goes on in %s.', on_channel, fresh), moment);
    PERFORM audit(c, 'split_into', by_person,
                  jsonb_build_object('conversation_id', fresh, 'channel', on_channel), moment, key);
    c.conversation_id := fresh;
    PERFORM audit(c, 'split_from', by_person, jsonb_build_object('conversation_id', id, 'channel', on_channel), moment);
    RETURN fresh;
END $$;
