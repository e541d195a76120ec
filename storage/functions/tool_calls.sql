-- Uses of tools that write. They carry the decision that let them go: its record, and the approval, which several calls
-- may carry out.

-- What refuses a call. An approval that this very decision has closed, as an earlier call of the same draft did, is good.
CREATE OR REPLACE FUNCTION refusal_of_call(c conversations, step jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT refusal_of(c, step - CASE WHEN EXISTS (
        SELECT FROM approvals a JOIN decisions d USING (approval_id)
        WHERE a.approval_id = step#>>'{closure,approval,approval_id}' AND a.state = 'approved'
            AND d.decision_id = step#>>'{closure,decision,request_id}' AND d.effect = 'send'
    ) THEN 'closure' ELSE '' END || jsonb_build_object('author', 'ai_agent'))
$$;

-- `status` is claimed, refused, or what an earlier attempt left: unfinished, done, failed, in_doubt. The claim compares
-- revision, owner and approval under the lock that every change of them takes (refusal_of), as deliveries do.
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
        c := keep_status(c, step#>'{closure,after}');
    END IF;
    PERFORM save_conversation(c, moment);
    PERFORM audit(c, 'tool_call_claimed', 'system', jsonb_build_object(
        'call_key', key, 'server', step#>'{action,server}', 'tool', step#>'{action,tool}'), moment);
    status := 'claimed';
END $$;

-- What became of a claimed call, once; the first word stays.
CREATE OR REPLACE FUNCTION settle_tool_call(
    key text, new_state text, outcome text, moment timestamptz, OUT status text, OUT text text, OUT at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    called tool_calls;
BEGIN
    SELECT * INTO called FROM tool_calls t WHERE t.call_key = key FOR UPDATE;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('There is no claim for the tool call %s.', key);
    END IF;
    IF called.state = 'claimed' THEN
        UPDATE tool_calls t SET state = new_state, result = outcome, settled_at = moment
        WHERE t.call_key = key RETURNING * INTO called;
        PERFORM audit(c, 'tool_call_' || new_state, 'system', jsonb_build_object('call_key', key), moment)
        FROM conversations c WHERE c.conversation_id = called.conversation_id;
    END IF;
    SELECT called.state, called.result, called.settled_at INTO status, text, at;
END $$;

-- A claimed call that surely reached nobody may be claimed again.
CREATE OR REPLACE FUNCTION release_tool_call(key text) RETURNS void LANGUAGE sql AS $$
    DELETE FROM tool_calls WHERE call_key = key AND state = 'claimed'
$$;
