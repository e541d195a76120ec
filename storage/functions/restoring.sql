-- After a restore from backups. What may have been done in the time that was lost is never done again.

CREATE OR REPLACE FUNCTION was_restored_since(org text, instant timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM restorations WHERE organisation = org AND restored_at > instant)
$$;

-- Turns name drafts and sends; those of the lost time may have been used. `skipped` is more than any conversation had then.
CREATE OR REPLACE FUNCTION begin_restoration(id text, org text, skipped integer, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO restorations (restore_id, organisation, restored_at) VALUES (id, org, moment);
    UPDATE conversations SET turn = turn + skipped WHERE organisation = org;
END $$;

-- What the store knows of a conversation, to be compared with its workflow; null when it knows nothing.
CREATE OR REPLACE FUNCTION restored_record(id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'row', to_jsonb(c),
        'unanswered', (SELECT count(*) FROM unanswered_messages(c)),
        'message_ids', (SELECT coalesce(jsonb_agg(message_id), '[]') FROM messages
                        WHERE conversation_id = id AND author = 'customer'),
        'delivered', (SELECT coalesce(jsonb_agg(message_key), '[]') FROM deliveries
                      WHERE conversation_id = id AND state = 'delivered'),
        'claimed', (SELECT coalesce(jsonb_agg(message_key ORDER BY message_key), '[]') FROM (
                        SELECT message_key FROM deliveries WHERE conversation_id = id AND state = 'claimed'
                        UNION ALL SELECT call_key FROM tool_calls WHERE conversation_id = id AND state = 'claimed'
                    ) AS open_claims),
        'requests', (SELECT coalesce(jsonb_agg(request_id), '[]') FROM (
                         SELECT decision_id AS request_id FROM decisions WHERE conversation_id = id
                         UNION ALL SELECT substr(event_key, length('request::' || id) + 1) FROM audit_events
                         WHERE conversation_id = id AND starts_with(event_key, format('request:%s:', id))
                     ) AS known),
        'approval_id', (SELECT approval_id FROM approvals WHERE conversation_id = id AND state = 'open'),
        'mode_was_set', EXISTS (SELECT FROM audit_events WHERE conversation_id = id AND kind = 'mode_changed'),
        'latest', (SELECT jsonb_build_object('channel', m.channel, 'received_at', m.at, 'sender_id', t.customer_id)
                   FROM messages m LEFT JOIN thread_of(id, m.channel) t ON true
                   WHERE m.conversation_id = id AND m.author = 'customer' ORDER BY m.seq DESC LIMIT 1))
    FROM conversations c WHERE c.conversation_id = id
$$;

-- A conversation of which only its workflow is left.
CREATE OR REPLACE FUNCTION reopen_lost(start jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    pinned text;
BEGIN
    SELECT content_hash INTO pinned FROM spec_versions WHERE organisation = start->>'organisation' AND active;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = 'No specification is published in the restored database. Publish it first.';
    END IF;
    IF NOT EXISTS (SELECT FROM customers WHERE customer_id = start->>'customer_id') THEN
        start := start - 'customer_id';
    END IF;
    PERFORM open_conversation(start, pinned, jsonb_build_object('kind', 'human_agent', 'status', 'with_human'),
                              'delegation', moment);
END $$;

-- Puts a conversation before people: every message that its workflow had is recorded, whatever was drafted, asked or under
-- way is over, and a note says what is known. What was claimed may have left; it is closed, so that it never leaves again.
CREATE OR REPLACE FUNCTION give_restored_to_person(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id text := step#>>'{start,conversation_id}';
    c conversations;
BEGIN
    IF NOT EXISTS (SELECT FROM conversations WHERE conversation_id = id) THEN
        PERFORM reopen_lost(step->'start', moment);
    END IF;
    c := lock_conversation(id);
    c.turn := greatest(c.turn, (step->>'turn')::integer);
    c := take_in_messages(c, (step#>>'{after,revision}')::integer, step->'messages', moment);
    UPDATE deliveries SET state = 'withdrawn', leased_until = NULL, sending = false
    WHERE conversation_id = id AND state = 'claimed';
    PERFORM settle_tool_call(call_key, 'in_doubt', 'restored', moment) FROM tool_calls
    WHERE conversation_id = id AND state = 'claimed';
    IF c.owner_kind <> step#>>'{after,owner,kind}' THEN
        c.escalation_reason := step->>'reason';
        PERFORM audit(c, 'escalated', 'system', jsonb_build_object('reason', step->>'reason', 'revision', c.revision),
                      moment, format('escalation:%s:%s', id, step->>'restore_id'));
    END IF;
    c.owner_kind := step#>>'{after,owner,kind}';
    c.owner_id := step#>>'{after,owner,id}';
    c.status := step#>>'{after,status}';
    c.snoozed_until := NULL;
    c.resolved_at := NULL;
    PERFORM save_conversation(c, moment);
    PERFORM note_internally(c, step->>'restore_id', 'system', step->>'note', moment);
    PERFORM audit(c, 'restored', 'system', jsonb_build_object('restore_id', step->>'restore_id'), moment,
                  format('restored:%s:%s', id, step->>'restore_id'));
END $$;

-- Events that Temporal was given and that the record knows nothing of: they go to Temporal once more. Reports of failures
-- leave no such trace, so those since `since` go again, which at worst asks a person twice.
CREATE OR REPLACE FUNCTION forward_again(org text, since timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    again integer;
BEGIN
    UPDATE inbox i SET event = i.forwarded || CASE WHEN kind IN ('message', 'merged_message')
        THEN '{"in_doubt": true}' ELSE '{}' END::jsonb, forwarded = NULL, claimed_until = NULL
    WHERE organisation = org AND forwarded IS NOT NULL AND NOT CASE
        WHEN kind = 'message' THEN EXISTS (
            SELECT FROM messages m
            WHERE m.conversation_id IN (i.conversation_id, heir_of(i.conversation_id)) AND m.author = 'customer'
                AND m.message_id IN (i.channel || ':' || i.event_id,
                                     i.channel || ':' || encode(sha256(convert_to(i.event_id, 'UTF8')), 'hex')))
        WHEN kind = 'merged_message' THEN EXISTS (
            SELECT FROM messages m
            WHERE m.conversation_id IN (i.conversation_id, heir_of(i.conversation_id)) AND m.author = 'customer'
                AND m.message_id = i.forwarded->>'message_id')
        WHEN kind IN ('colleague_reply', 'opening_reply') THEN EXISTS (
            SELECT FROM deliveries d WHERE d.message_key = format('%s-human-inbox-%s', i.conversation_id, i.inbox_id))
        WHEN kind = 'merged' THEN EXISTS (
            SELECT FROM audit_events WHERE event_key = format('request:%s:%s', i.conversation_id,
                                                              i.forwarded->>'request_id'))
        ELSE forwarded_at < since END;
    GET DIAGNOSTICS again = ROW_COUNT;
    RETURN again;
END $$;
