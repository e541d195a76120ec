-- The steps of a conversation. Each step is one call, so it is one transaction and one round trip.
--
-- Every step locks the row of its conversation first, changes the copy `c` of it, and writes it back once at its end.
-- The argument `step` is the Pydantic model of the same name in domain/steps.py as JSON without nulls.

-- Parts that the steps share.

CREATE FUNCTION lock_conversation(id text) RETURNS conversations LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
BEGIN
    SELECT * INTO c FROM conversations WHERE conversation_id = id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('There is no conversation %s.', id);
    END IF;
    RETURN c;
END $$;

CREATE FUNCTION save_conversation(c conversations, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversations
    SET status = c.status, owner_kind = c.owner_kind, owner_id = c.owner_id, mode = c.mode, revision = c.revision,
        turn = c.turn, last_seq = c.last_seq, answered_seq = c.answered_seq, escalation_reason = c.escalation_reason,
        snoozed_until = c.snoozed_until, resolved_at = c.resolved_at, updated_at = moment
    WHERE conversation_id = c.conversation_id;
END $$;

-- False when an event with this key is there already.
CREATE FUNCTION audit(
    c conversations, kind text, actor text, data jsonb, moment timestamptz, event_key text DEFAULT NULL
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_events (event_key, organisation, conversation_id, kind, actor, data, at)
    VALUES (event_key, c.organisation, c.conversation_id, kind, actor, data, moment)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

CREATE FUNCTION close_open_approval(
    c conversations, new_state text, decided_by text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
DECLARE
    closed text;
BEGIN
    UPDATE approvals SET state = new_state, closed_at = moment, closed_by = decided_by
    WHERE conversation_id = c.conversation_id AND state = 'open'
    RETURNING approval_id INTO closed;
    IF FOUND THEN
        PERFORM audit(c, 'approval_' || new_state, decided_by, jsonb_build_object('approval_id', closed), moment);
    END IF;
    IF c.status = 'awaiting_approval' THEN
        c.status := 'open';
    END IF;
    RETURN c;
END $$;

-- A higher revision makes what was drafted or asked before it stale.
CREATE FUNCTION raise_revision(
    c conversations, new_revision integer, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    IF new_revision > c.revision THEN
        c.revision := new_revision;
        c := close_open_approval(c, 'stale', 'system', moment);
    END IF;
    RETURN c;
END $$;

CREATE FUNCTION take_in_messages(
    c conversations, new_revision integer, incoming jsonb, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
DECLARE
    message jsonb;
BEGIN
    FOR message IN SELECT * FROM jsonb_array_elements(incoming) LOOP
        INSERT INTO messages (conversation_id, seq, message_id, author, kind, text, attachments, channel, at)
        VALUES (c.conversation_id, c.last_seq + 1, message->>'message_id', 'customer', 'customer', message->>'text',
                message->'attachments', message->>'channel', (message->>'received_at')::timestamptz)
        ON CONFLICT (conversation_id, message_id, (author = 'customer')) DO NOTHING;
        IF FOUND THEN
            c.last_seq := c.last_seq + 1;
            PERFORM audit(c, 'message_received', 'customer', jsonb_build_object('seq', c.last_seq), moment);
        END IF;
    END LOOP;
    RETURN raise_revision(c, new_revision, moment);
END $$;

CREATE FUNCTION post_notice(
    c conversations, notice_id text, notice text, on_channel text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    IF notice <> '' THEN
        c.last_seq := c.last_seq + 1;
        INSERT INTO messages (conversation_id, seq, message_id, author, kind, text, channel, at)
        VALUES (c.conversation_id, c.last_seq, notice_id, 'system', 'notice', notice, on_channel, moment);
    END IF;
    RETURN c;
END $$;

CREATE FUNCTION note_internally(
    c conversations, note_request_id text, note_author text, note text, moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF note <> '' THEN
        INSERT INTO internal_notes (conversation_id, request_id, author_id, text, at)
        VALUES (c.conversation_id, note_request_id, note_author, note, moment);
    END IF;
END $$;

CREATE FUNCTION unanswered_messages(c conversations) RETURNS SETOF messages LANGUAGE sql STABLE AS $$
    SELECT * FROM messages
    WHERE conversation_id = c.conversation_id AND seq > c.answered_seq AND author = 'customer' ORDER BY seq
$$;

CREATE FUNCTION decide_turn(
    c conversations, decided_draft text, decision_record jsonb, moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF decision_record IS NULL THEN
        RETURN;
    END IF;
    UPDATE turns
    SET confidence = (decision_record->>'confidence')::double precision,
        outcome = decision_record#>>'{decision,outcome}', reason = decision_record#>>'{decision,reason}',
        review = decision_record#>>'{decision,review}', record = decision_record,
        decided_at = (decision_record->>'decided_at')::timestamptz
    WHERE draft_id = decided_draft;
    PERFORM audit(c, 'turn_decided', 'policy',
                  decision_record || jsonb_strip_nulls(jsonb_build_object('draft_id', decided_draft)), moment);
END $$;

-- False when the decision is there already.
CREATE FUNCTION keep_decision(
    c conversations, decision jsonb, effect text, refused text, moment timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO decisions (decision_id, approval_id, conversation_id, action, decided_by, effect, refused, reason,
                           text, decided_at)
    VALUES (decision->>'request_id', decision->>'approval_id', c.conversation_id, decision->>'action',
            decision#>>'{by,id}', effect, refused, decision->>'reason', decision->>'text', moment)
    ON CONFLICT (decision_id, conversation_id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM audit(c, 'approval_decided', decision#>>'{by,id}', jsonb_build_object(
        'decision_id', decision->>'request_id', 'approval_id', decision->>'approval_id',
        'action', decision->>'action', 'effect', effect), moment);
    RETURN true;
END $$;

-- An approval that comes too late is stale from its beginning.
CREATE FUNCTION put_before_people(
    c conversations, approval jsonb, asked_by text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
DECLARE
    late boolean := (approval->>'revision')::integer <> c.revision OR c.owner_kind <> 'ai_agent';
BEGIN
    IF NOT late THEN
        c := close_open_approval(c, 'replaced', asked_by, moment);
        c.status := 'awaiting_approval';
    END IF;
    INSERT INTO approvals (approval_id, conversation_id, organisation, draft_id, digest, revision, state, document,
                           requested_at, closed_at, closed_by)
    VALUES (approval->>'approval_id', c.conversation_id, c.organisation, approval->>'draft_id', approval->>'digest',
            (approval->>'revision')::integer, CASE WHEN late THEN 'stale' ELSE 'open' END, approval,
            (approval->>'requested_at')::timestamptz, CASE WHEN late THEN moment END, CASE WHEN late THEN 'system' END);
    PERFORM audit(c, CASE WHEN late THEN 'approval_stale' ELSE 'approval_requested' END, asked_by,
                  jsonb_build_object('approval_id', approval->>'approval_id', 'draft_id', approval->>'draft_id',
                                     'rule', approval->>'rule', 'digest', approval->>'digest'), moment);
    RETURN c;
END $$;

-- Why a message must not leave; null when it may.
CREATE FUNCTION refusal_of(c conversations, step jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (step->>'expected_revision')::integer <> c.revision THEN
        RETURN 'moved_on';
    ELSIF step->>'author' IN ('ai_agent', 'human_agent') AND step->>'author' <> c.owner_kind THEN
        RETURN 'changed_hands';
    ELSIF step ? 'closure' AND NOT EXISTS (
        SELECT FROM approvals WHERE approval_id = step#>>'{closure,approval,approval_id}' AND state = 'open'
    ) THEN
        RETURN 'approval_closed';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_delivery(c conversations, step jsonb, refusal text, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM audit(c, 'delivery_refused', 'system', jsonb_build_object(
        'message_key', step->>'message_key', 'refusal', refusal, 'expected_revision', step->'expected_revision',
        'revision', c.revision, 'owner_kind', c.owner_kind), moment, 'delivery_refused:' || (step->>'message_key'));
END $$;

CREATE FUNCTION start_delivery(c conversations, step jsonb, moment timestamptz) RETURNS conversations
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decide_turn(c, step->>'draft_id', step->'record', moment);
    INSERT INTO deliveries (message_key, conversation_id, state, revision, answers_seq, author, author_id, kind, channel,
                            draft_id, text, claimed_at)
    VALUES (step->>'message_key', c.conversation_id, 'claimed', c.revision, c.last_seq, step->>'author',
            step->>'author_id', step->>'kind', step->>'channel', step->>'draft_id',
            coalesce(step->>'text', (SELECT draft->>'text' FROM turns WHERE draft_id = step->>'draft_id')), moment);
    IF step ? 'closure' THEN
        PERFORM keep_decision(c, step#>'{closure,decision}', 'send', NULL, moment);
        c := close_open_approval(c, 'approved', step#>>'{closure,decision,by,id}', moment);
    END IF;
    RETURN c;
END $$;

CREATE FUNCTION finish_delivery(
    c conversations, sent deliveries, receipt text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    c.last_seq := c.last_seq + 1;
    c.answered_seq := greatest(c.answered_seq, sent.answers_seq);
    INSERT INTO messages (conversation_id, seq, message_id, author, author_id, kind, text, channel, draft_id, at)
    VALUES (c.conversation_id, c.last_seq, sent.message_key, sent.author, sent.author_id, sent.kind, sent.text,
            sent.channel, sent.draft_id, moment);
    UPDATE deliveries SET state = 'delivered', delivered_at = moment, provider_message_id = receipt
    WHERE message_key = sent.message_key;
    PERFORM audit(c, 'message_delivered', sent.author || ':' || sent.author_id, jsonb_build_object(
        'seq', c.last_seq, 'kind', sent.kind, 'message_key', sent.message_key), moment);
    RETURN c;
END $$;

-- The steps.

CREATE FUNCTION open_conversation(
    start jsonb, pinned_spec text, owner jsonb, start_mode text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
BEGIN
    INSERT INTO conversations (conversation_id, organisation, channel, customer_id, spec_hash, status, owner_kind,
                               owner_id, mode, created_at, updated_at)
    VALUES (start->>'conversation_id', start->>'organisation', start->>'channel', start->>'customer_id', pinned_spec,
            CASE owner->>'kind' WHEN 'human_agent' THEN 'with_human' ELSE 'open' END, owner->>'kind', owner->>'id',
            start_mode, moment, moment)
    ON CONFLICT DO NOTHING RETURNING * INTO c;
    IF FOUND THEN
        PERFORM audit(c, 'conversation_opened', 'system', jsonb_build_object('spec_hash', pinned_spec), moment);
    ELSE
        SELECT * INTO c FROM conversations WHERE conversation_id = start->>'conversation_id';
    END IF;
    RETURN c;
END $$;

-- How many of the messages were new.
CREATE FUNCTION record_messages(id text, new_revision integer, incoming jsonb, moment timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(id);
    known integer := c.last_seq;
BEGIN
    c := take_in_messages(c, new_revision, incoming, moment);
    PERFORM save_conversation(c, moment);
    RETURN c.last_seq - known;
END $$;

CREATE FUNCTION change_ownership(
    step jsonb, moment timestamptz, OUT unanswered integer, OUT changed_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    key text := format('request:%s:%s', c.conversation_id, step->>'request_id');
BEGIN
    SELECT at INTO changed_at FROM audit_events WHERE event_key = key;
    IF NOT FOUND THEN
        changed_at := moment;
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

CREATE FUNCTION change_status(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
BEGIN
    IF NOT audit(c, step->>'event', step->>'by', jsonb_build_object('status', step->>'status', 'mode', step->>'mode'),
                 moment, format('request:%s:%s', c.conversation_id, step->>'request_id')) THEN
        RETURN;
    END IF;
    c := raise_revision(c, (step->>'revision')::integer, moment);
    c.status := step->>'status';
    c.mode := step->>'mode';
    c.snoozed_until := CASE c.status WHEN 'snoozed' THEN (step->>'until')::timestamptz END;
    c.resolved_at := CASE c.status WHEN 'resolved' THEN coalesce(c.resolved_at, moment) END;
    IF c.status = 'resolved' THEN
        c.answered_seq := c.last_seq;
    END IF;
    PERFORM save_conversation(c, moment);
    PERFORM note_internally(c, step->>'request_id', step->>'by', step->>'note', moment);
END $$;

CREATE FUNCTION mark_read(id text, up_to integer, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_conversation(id);
    UPDATE messages SET read_at = moment
    WHERE conversation_id = id AND seq <= up_to AND author <> 'customer' AND read_at IS NULL;
END $$;

-- Everything that a draft is made from, as the conversation stands.
CREATE FUNCTION basis_of_draft(c conversations, transcript_length integer, known_context text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    WITH said AS (
        SELECT seq, author, text, author = 'customer' AND seq > c.answered_seq AS unanswered
        FROM messages WHERE conversation_id = c.conversation_id ORDER BY seq DESC
        LIMIT transcript_length + c.last_seq - c.answered_seq
    )
    SELECT jsonb_build_object(
        'unanswered', coalesce(jsonb_agg(text ORDER BY seq) FILTER (WHERE unanswered), '[]'),
        'transcript', coalesce(jsonb_agg(jsonb_build_object('author', author, 'text', text) ORDER BY seq)
                               FILTER (WHERE NOT unanswered), '[]'),
        'context', (SELECT document FROM customer_contexts WHERE context_id = known_context),
        'greeted', EXISTS (SELECT FROM messages
                           WHERE conversation_id = c.conversation_id AND author = 'ai_agent'))
    FROM said
$$;

-- Takes in the new messages and returns the basis of a draft, or the draft itself when an earlier attempt made it.
CREATE FUNCTION begin_draft(step jsonb, transcript_length integer, moment timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    saved jsonb;
BEGIN
    SELECT jsonb_build_object('draft', draft) INTO saved FROM turns WHERE draft_id = step->>'draft_id';
    IF FOUND THEN
        RETURN saved;
    END IF;
    c.turn := greatest(c.turn, (step->>'turn')::integer);
    c := take_in_messages(c, (step->>'revision')::integer, step->'messages', moment);
    PERFORM save_conversation(c, moment);
    RETURN basis_of_draft(c, transcript_length, step->>'context_id');
END $$;

-- What a draft was made from, together with the draft, for whoever checks it.
CREATE FUNCTION read_draft(id text, transcript_length integer) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT basis_of_draft(c, transcript_length, t.context_id) || jsonb_build_object('draft', t.draft)
    FROM turns t JOIN conversations c USING (conversation_id) WHERE t.draft_id = id
$$;

CREATE FUNCTION claim_delivery(
    step jsonb, moment timestamptz, OUT status text, OUT body text, OUT claimed_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    refusal text;
BEGIN
    SELECT CASE d.state WHEN 'delivered' THEN 'delivered' ELSE 'in_doubt' END, d.text, coalesce(d.delivered_at, d.claimed_at)
    INTO status, body, claimed_at FROM deliveries d WHERE message_key = step->>'message_key';
    IF FOUND THEN
        RETURN;
    END IF;
    claimed_at := moment;
    refusal := refusal_of(c, step);
    IF refusal IS NOT NULL THEN
        PERFORM refuse_delivery(c, step, refusal, moment);
        status := 'refused';
        RETURN;
    END IF;
    c := start_delivery(c, step, moment);
    PERFORM save_conversation(c, moment);
    PERFORM audit(c, 'delivery_claimed', 'system', jsonb_build_object('message_key', step->>'message_key'), moment);
    SELECT 'claimed', d.text INTO status, body FROM deliveries d WHERE message_key = step->>'message_key';
END $$;

CREATE FUNCTION complete_delivery(
    key text, receipt text, moment timestamptz, OUT of_conversation text, OUT delivered_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
    claimed deliveries;
BEGIN
    SELECT conversation_id INTO of_conversation FROM deliveries WHERE message_key = key;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('There is no claim for the message %s.', key);
    END IF;
    c := lock_conversation(of_conversation);
    SELECT * INTO claimed FROM deliveries WHERE message_key = key;
    delivered_at := coalesce(claimed.delivered_at, moment);
    IF claimed.state = 'claimed' THEN
        c := finish_delivery(c, claimed, receipt, moment);
        PERFORM save_conversation(c, moment);
    END IF;
END $$;

-- Claim and completion at once, for channels whose transport is this database.
CREATE FUNCTION deliver_stored(
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
    c := finish_delivery(c, claimed, claimed.message_key, moment);
    PERFORM save_conversation(c, moment);
    status := 'delivered';
END $$;

-- Whoever owns the conversation already keeps it: then the escalation is refused, its messages are recorded.
CREATE FUNCTION escalate_conversation(
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
        c.owner_kind := 'human_agent';
        c.owner_id := NULL;
        c.status := 'with_human';
        c.escalation_reason := step->>'reason';
        c.snoozed_until := NULL;
        c.resolved_at := NULL;
        PERFORM audit(c, 'escalated', 'system', jsonb_build_object(
            'reason', step->>'reason', 'revision', c.revision), moment, key);
    END IF;
    PERFORM save_conversation(c, moment);
END $$;

CREATE FUNCTION request_approval(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    approval jsonb := step->'approval';
BEGIN
    IF EXISTS (SELECT FROM approvals WHERE approval_id = approval->>'approval_id') THEN
        RETURN;
    END IF;
    PERFORM decide_turn(c, approval->>'draft_id', step->'record', moment);
    c := put_before_people(c, approval, 'system', moment);
    IF c.status = 'awaiting_approval' THEN
        c := post_notice(c, (approval->>'approval_id') || '-notice', step->>'notice', step->>'channel', moment);
    END IF;
    PERFORM save_conversation(c, moment);
END $$;

CREATE FUNCTION record_decision(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    decider text := step#>>'{decision,by,id}';
BEGIN
    IF NOT keep_decision(c, step->'decision', step->>'effect', step->>'refused', moment) THEN
        RETURN;
    END IF;
    IF step ? 'replaces' THEN
        c := put_before_people(c, step->'approval', decider, moment);
    ELSIF step->>'effect' IN ('redraft', 'take_over') THEN
        c := close_open_approval(
            c, CASE step->>'effect' WHEN 'redraft' THEN 'rejected' ELSE 'taken_over' END, decider, moment);
    ELSIF step ? 'approval' THEN
        UPDATE approvals SET document = step->'approval'
        WHERE approval_id = step#>>'{approval,approval_id}' AND state = 'open';
    END IF;
    PERFORM save_conversation(c, moment);
END $$;

CREATE FUNCTION climb_ladder(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    approval jsonb := step->'approval';
BEGIN
    UPDATE approvals SET document = approval
    WHERE approval_id = approval->>'approval_id' AND state = 'open'
        AND (document->>'rungs_done')::integer < (approval->>'rungs_done')::integer;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM audit(c, CASE step#>>'{step,action}' WHEN 'remind' THEN 'approval_reminded' WHEN 'widen' THEN 'approval_widened'
                     ELSE 'approval_moved_up' END, 'system',
                  jsonb_build_object('approval_id', approval->>'approval_id', 'rungs_done', approval->'rungs_done'), moment);
END $$;
