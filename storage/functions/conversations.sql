-- A conversation's row: locked, changed, written back.
--
-- Each change that an activity records is one function: one call, one transaction, one round trip. It locks the row of
-- its conversation first, changes the copy `c` of it, and writes it back once at its end. The argument `step` is the
-- activity's input (domain/conversation/activity_models.py) as JSON without nulls; it keeps its name, because
-- PostgreSQL replaces a function only under the same names of arguments.

CREATE OR REPLACE FUNCTION lock_conversation(id text) RETURNS conversations LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
BEGIN
    SELECT * INTO c FROM conversations WHERE conversation_id = id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('There is no conversation %s.', id);
    END IF;
    RETURN c;
END $$;

-- A person is waited for: to decide about a draft, or to answer what the customer wrote.
CREATE OR REPLACE FUNCTION is_up_to_people(c conversations) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN c.status = 'awaiting_approval' OR (c.status = 'with_human' AND EXISTS (SELECT FROM unanswered_messages(c)));
END $$;

CREATE OR REPLACE FUNCTION save_conversation(c conversations, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversations
    SET status = c.status, owner_kind = c.owner_kind, owner_id = c.owner_id, mode = c.mode, revision = c.revision,
        turn = c.turn, last_seq = c.last_seq, answered_seq = c.answered_seq, escalation_reason = c.escalation_reason,
        snoozed_until = c.snoozed_until, resolved_at = c.resolved_at, updated_at = moment,
        waits_for_person = CASE WHEN c.status = 'with_human' THEN c.waits_for_person END,
        waits_since = CASE WHEN is_up_to_people(c) THEN coalesce(waits_since, moment) END,
        -- People are suggested while the conversation waits for any: neither a person nor an AI agent that works has it.
        suggested = CASE WHEN c.status IN ('open', 'resolved') OR (c.owner_kind = 'human_agent' AND c.owner_id IS NOT NULL)
                         THEN '[]' ELSE c.suggested END
    WHERE conversation_id = c.conversation_id;
END $$;

-- Owner, status and revision are computed by the workflow (domain/conversation/lifecycle.py) and given with the input.
-- What closes or opens an approval gives them as `after`; the status is kept where the row has that owner and that
-- revision, because a workflow that was reset to the past may give what was true long ago. Workers of the version before
-- send no `after`: then the status stays as close_open_approval and put_before_people leave it.
CREATE OR REPLACE FUNCTION keep_status(c conversations, after jsonb) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    IF after#>>'{owner,kind}' = c.owner_kind AND (after->>'revision')::integer = c.revision THEN
        c.status := after->>'status';
    END IF;
    RETURN c;
END $$;

-- False when an event with this key is there already.
CREATE OR REPLACE FUNCTION audit(
    c conversations, kind text, actor text, data jsonb, moment timestamptz, event_key text DEFAULT NULL
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_events (event_key, organisation, conversation_id, kind, actor, data, at)
    VALUES (event_key, c.organisation, c.conversation_id, kind, actor, data, moment)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

-- A higher revision makes what was drafted or asked before it stale.
CREATE OR REPLACE FUNCTION raise_revision(
    c conversations, new_revision integer, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    IF new_revision > c.revision THEN
        c.revision := new_revision;
        c := close_open_approval(c, 'stale', 'system', moment);
    END IF;
    RETURN c;
END $$;

CREATE OR REPLACE FUNCTION note_internally(
    c conversations, note_request_id text, note_author text, note text, moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF note <> '' THEN
        INSERT INTO internal_notes (conversation_id, request_id, author_id, text, at)
        VALUES (c.conversation_id, note_request_id, note_author, note, moment);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION open_conversation(
    start jsonb, pinned_spec text, owner jsonb, start_mode text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
BEGIN
    INSERT INTO conversations (conversation_id, organisation, channel, customer_id, spec_hash, status, owner_kind,
                               owner_id, mode, created_at, updated_at)
    VALUES (start->>'conversation_id', start->>'organisation', start->>'channel', start->>'customer_id', pinned_spec,
            -- Workers of the version before give no status.
            coalesce(owner->>'status', CASE owner->>'kind' WHEN 'human_agent' THEN 'with_human' ELSE 'open' END),
            owner->>'kind', owner->>'id', start_mode, moment, moment)
    ON CONFLICT DO NOTHING RETURNING * INTO c;
    IF FOUND THEN
        PERFORM audit(c, 'conversation_opened', 'system', jsonb_build_object('spec_hash', pinned_spec), moment);
    ELSE
        SELECT * INTO c FROM conversations WHERE conversation_id = start->>'conversation_id';
    END IF;
    RETURN c;
END $$;

-- Where a conversation stands, for a workflow that has forgotten a request, or was reset to the past.
CREATE OR REPLACE FUNCTION stands(c conversations, repeated boolean) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object(
        'repeated', repeated, 'mode', c.mode, 'snoozed_until', c.snoozed_until, 'resolved_at', c.resolved_at,
        'position', jsonb_build_object(
            'owner', jsonb_build_object('kind', c.owner_kind, 'id', c.owner_id),
            'status', c.status, 'revision', c.revision))
$$;

-- Once for each request. `repeated`: it was carried out before, and the conversation does not stand where it would bring
-- it, so this is not another attempt of the same step; then nothing changes.
CREATE OR REPLACE FUNCTION record_status(step jsonb, moment timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
BEGIN
    IF NOT audit(c, step->>'event', step->>'by', jsonb_build_object('status', step->>'status', 'mode', step->>'mode')
                 || jsonb_strip_nulls(jsonb_build_object('via', step->>'via')), moment, format('request:%s:%s', c.conversation_id, step->>'request_id')) THEN
        RETURN stands(c, (c.status, c.mode, c.revision, c.snoozed_until) IS DISTINCT FROM (
            step->>'status', step->>'mode', (step->>'revision')::integer, (step->>'until')::timestamptz));
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
    RETURN stands(c, false);
END $$;
