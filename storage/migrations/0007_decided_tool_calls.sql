-- Uses of tools carry the decision that let them go: its record, and the approval, which several calls may carry out.

-- A draft is decided about once, whichever of its steps comes first.
CREATE OR REPLACE FUNCTION decide_turn(
    c conversations, decided_draft text, decision_record jsonb, moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF decision_record IS NULL OR EXISTS (
        SELECT FROM turns WHERE draft_id = decided_draft AND record IS NOT NULL
    ) THEN
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

-- What refuses a call. An approval that this very decision has closed, as an earlier call of the same draft did, is good.
CREATE FUNCTION refusal_of_call(c conversations, step jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT refusal_of(c, step - CASE WHEN EXISTS (
        SELECT FROM approvals a JOIN decisions d USING (approval_id)
        WHERE a.approval_id = step#>>'{closure,approval,approval_id}' AND a.state = 'approved'
            AND d.decision_id = step#>>'{closure,decision,request_id}' AND d.effect = 'send'
    ) THEN 'closure' ELSE '' END || jsonb_build_object('author', 'ai_agent'))
$$;

CREATE OR REPLACE FUNCTION claim_tool_call(
    step jsonb, moment timestamptz, OUT status text, OUT text text, OUT at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    key text := step->>'call_key';
BEGIN
    SELECT CASE t.state WHEN 'claimed' THEN 'unfinished' ELSE t.state END, t.result, coalesce(t.settled_at, t.claimed_at)
    INTO status, text, at FROM tool_calls t WHERE call_key = key;
    IF FOUND THEN
        RETURN;
    END IF;
    at := moment;
    text := coalesce(refusal_of_call(c, step), '');
    IF text <> '' THEN
        PERFORM audit(c, 'tool_call_refused', 'system', jsonb_build_object('call_key', key, 'refusal', text), moment,
                      'tool_call_refused:' || key);
        status := 'refused';
        RETURN;
    END IF;
    PERFORM decide_turn(c, step->>'draft_id', step->'record', moment);
    INSERT INTO tool_calls (call_key, conversation_id, draft_id, state, action, revision, claimed_at)
    VALUES (key, c.conversation_id, step->>'draft_id', 'claimed', step->'action', c.revision, moment);
    IF step ? 'closure' AND keep_decision(c, step#>'{closure,decision}', 'send', NULL, moment) THEN
        c := close_open_approval(c, 'approved', step#>>'{closure,decision,by,id}', moment);
    END IF;
    PERFORM save_conversation(c, moment);
    PERFORM audit(c, 'tool_call_claimed', 'system', jsonb_build_object(
        'call_key', key, 'server', step#>'{action,server}', 'tool', step#>'{action,tool}'), moment);
    status := 'claimed';
END $$;
