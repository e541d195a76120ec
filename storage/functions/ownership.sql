-- From the AI agent to people and back.

-- Whoever takes over waits for a message that may be leaving at this moment, at most as long as its lease; after an
-- escalation too, because a delivery that was given up may have an attempt under way.
CREATE OR REPLACE FUNCTION wait_while_leaving(c conversations) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM deliveries
        WHERE conversation_id = c.conversation_id AND state = 'claimed' AND author = 'ai_agent'
            AND leased_until > clock_timestamp()
    ) THEN
        RAISE lock_not_available USING MESSAGE = 'a reply is leaving';
    END IF;
END $$;

-- Once for each request. `repeated`: it is not another attempt of the step that made the change, but the same request
-- again, at a higher revision, of which the workflow has forgotten that it knew it; then nothing changes.
CREATE OR REPLACE FUNCTION change_owner(
    step jsonb, moment timestamptz, OUT unanswered integer, OUT changed_at timestamptz, OUT repeated boolean
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    key text := format('request:%s:%s', c.conversation_id, step->>'request_id');
BEGIN
    SELECT at, (data->>'revision')::integer < (step->>'revision')::integer INTO changed_at, repeated
    FROM audit_events WHERE event_key = key;
    IF NOT FOUND THEN
        repeated := false;
        changed_at := moment;
        PERFORM wait_while_leaving(c);
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
            'owner_kind', c.owner_kind, 'owner_id', c.owner_id, 'revision', c.revision)
            || jsonb_strip_nulls(jsonb_build_object('via', step->>'via')), moment, key);
    END IF;
    SELECT count(*) INTO unanswered FROM unanswered_messages(c);
END $$;

-- Whoever owns the conversation already keeps it: then the escalation is refused, its messages are recorded.
CREATE OR REPLACE FUNCTION escalate_conversation(
    step jsonb, moment timestamptz, OUT status text, OUT escalated_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    key text := format('escalation:%s', step->>'escalation_key');
BEGIN
    SELECT 'delivered', at INTO status, escalated_at FROM audit_events WHERE event_key = key;
    IF FOUND THEN
        RETURN;
    END IF;
    escalated_at := moment;
    c := take_in_messages(c, (step->>'revision')::integer, step->'messages', moment);
    IF c.owner_kind = 'human_agent' THEN
        status := 'refused';
    ELSE
        status := 'delivered';
        PERFORM decide_turn(c, step->>'draft_id', step->'record', moment);
        c := close_open_approval(c, 'stale', 'system', moment);
        c := post_notice(c, step->>'escalation_key', step->>'notice', step->>'channel', moment);
        -- Workers of the version before give no `after`: then it is the queue.
        c.owner_kind := coalesce(step#>>'{after,owner,kind}', 'human_agent');
        c.owner_id := step#>>'{after,owner,id}';
        c.status := coalesce(step#>>'{after,status}', 'with_human');
        c.escalation_reason := step->>'reason';
        c.suggested := coalesce(step->'suggested', '[]');
        c.snoozed_until := NULL;
        c.resolved_at := NULL;
        PERFORM audit(c, 'escalated', 'system', jsonb_build_object(
            'reason', step->>'reason', 'revision', c.revision), moment, key);
    END IF;
    PERFORM save_conversation(c, moment);
END $$;

-- Once for each rung: somebody is reminded of a customer who waits for a person, or others are asked to look.
CREATE OR REPLACE FUNCTION climb_queue_ladder(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
BEGIN
    IF c.status = 'with_human' AND audit(
        c, CASE step#>>'{step,action}' WHEN 'remind' THEN 'queue_reminded' WHEN 'widen' THEN 'queue_widened'
           ELSE 'queue_moved_up' END, 'system', step->'wait', moment,
        format('queue:%s:%s:%s', c.conversation_id, step#>>'{wait,since}', step#>>'{wait,rungs_done}')
    ) THEN
        c.waits_for_person := step->'wait';
        PERFORM save_conversation(c, moment);
    END IF;
END $$;
