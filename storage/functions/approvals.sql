-- What waits for people, and what they decide.

-- Without an open approval no conversation awaits one: what a closed approval leaves behind where a higher revision closes
-- it, as in Lifecycle.move_on.
CREATE OR REPLACE FUNCTION close_open_approval(
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

-- An approval that comes too late is stale from its beginning.
CREATE OR REPLACE FUNCTION put_before_people(
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

-- False when the decision is there already.
CREATE OR REPLACE FUNCTION keep_decision(
    c conversations, decision jsonb, effect text, refused text, moment timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO decisions (decision_id, approval_id, conversation_id, action, decided_by, effect, refused, reason,
                           text, via, decided_at)
    VALUES (decision->>'request_id', decision->>'approval_id', c.conversation_id, decision->>'action',
            decision#>>'{by,id}', effect, refused, decision->>'reason', decision->>'text',
            decision->>'via', moment)
    ON CONFLICT (decision_id, conversation_id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM audit(c, 'approval_decided', decision#>>'{by,id}', jsonb_build_object(
        'decision_id', decision->>'request_id', 'approval_id', decision->>'approval_id',
        'action', decision->>'action', 'effect', effect) || jsonb_strip_nulls(jsonb_build_object(
        'refused', refused, 'via', decision->>'via')), moment);
    RETURN true;
END $$;

-- What was approved is not sent: whether its delivery had been claimed, and so had closed the approval, or not yet.
CREATE OR REPLACE FUNCTION call_back_approval(
    c conversations, called_back text, decided_by text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    UPDATE approvals SET state = 'revoked', closed_at = moment, closed_by = decided_by
    WHERE approval_id = called_back AND state = 'approved';
    IF FOUND THEN
        PERFORM audit(c, 'approval_revoked', decided_by, jsonb_build_object('approval_id', called_back), moment);
        RETURN c;
    END IF;
    RETURN close_open_approval(c, 'revoked', decided_by, moment);
END $$;

CREATE OR REPLACE FUNCTION request_approval(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
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
        c := keep_status(c, step->'after');
        c.suggested := coalesce(step->'suggested', '[]');
        c := post_notice(c, (approval->>'approval_id') || '-notice', step->>'notice', step->>'channel', moment);
    END IF;
    PERFORM save_conversation(c, moment);
END $$;

CREATE OR REPLACE FUNCTION record_decision(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    decider text := step#>>'{decision,by,id}';
BEGIN
    IF NOT keep_decision(c, step->'decision', step->>'effect', step->>'refused', moment) THEN
        RETURN;
    END IF;
    IF step->>'effect' = 'revoke' AND step ? 'replaces' THEN
        c := call_back_approval(c, step->>'replaces', decider, moment);
    END IF;
    IF step ? 'replaces' THEN
        c := put_before_people(c, step->'approval', decider, moment);
    ELSIF step->>'effect' IN ('redraft', 'take_over', 'answer') THEN
        c := close_open_approval(
            c, CASE step->>'effect' WHEN 'redraft' THEN 'rejected' ELSE 'taken_over' END, decider, moment);
    ELSIF step ? 'approval' THEN
        UPDATE approvals SET document = step->'approval'
        WHERE approval_id = step#>>'{approval,approval_id}' AND state = 'open';
    END IF;
    IF c.status = 'awaiting_approval' OR NOT step ? 'replaces' THEN
        c := keep_status(c, step->'after');
    END IF;
    PERFORM save_conversation(c, moment);
END $$;

CREATE OR REPLACE FUNCTION climb_ladder(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
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
