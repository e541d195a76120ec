-- Calls of a company's own activities that people approve first.

CREATE OR REPLACE FUNCTION audit_call(
    of_organisation text, call text, what text, actor text, data jsonb, moment timestamptz, event_key text
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_events (event_key, organisation, kind, actor, data, at)
    VALUES (event_key, of_organisation, what, actor, data || jsonb_build_object('call_id', call), moment)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

-- What is known of the call: it is kept once, however often it is asked for.
CREATE OR REPLACE FUNCTION open_guarded_call(
    call jsonb, call_digest text, new_state text, new_approval jsonb, moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id text := call->>'call_id';
    known text;
BEGIN
    INSERT INTO guarded_calls (call_id, organisation, activity, arguments, digest, rule, reason, requester, state, approval,
                               requested_at, closed_at)
    VALUES (id, call->>'organisation', call->>'activity', call->'arguments', call_digest, call->>'rule', call->>'reason',
            call->>'requester', new_state, new_approval, moment, CASE new_state WHEN 'unasked' THEN moment END)
    ON CONFLICT (call_id) DO NOTHING;
    PERFORM audit_call(call->>'organisation', id, 'guarded_call_' || new_state, coalesce(call->>'requester', 'system'),
                       jsonb_build_object('activity', call->>'activity', 'digest', call_digest, 'rule', call->>'rule'),
                       moment, 'guarded:' || id);
    SELECT state INTO STRICT known FROM guarded_calls WHERE call_id = id;
    RETURN known;
END $$;

CREATE OR REPLACE FUNCTION record_call_decision(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id text := step->>'call_id';
BEGIN
    PERFORM FROM guarded_calls WHERE call_id = id FOR UPDATE;
    INSERT INTO guarded_decisions (decision_id, call_id, action, decided_by, effect, refused, reason, decided_at)
    VALUES (step#>>'{decision,request_id}', id, step#>>'{decision,action}', step#>>'{decision,by,id}', step->>'effect',
            step->>'refused', step#>>'{decision,reason}', moment)
    ON CONFLICT (decision_id, call_id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE guarded_calls SET state = step->>'state', approval = coalesce(step->'approval', approval),
        closed_at = CASE step->>'state' WHEN 'rejected' THEN moment ELSE closed_at END
    WHERE call_id = id AND state = 'waiting';
    PERFORM audit_call(step->>'organisation', id, 'guarded_call_decided', step#>>'{decision,by,id}', jsonb_build_object(
        'decision_id', step#>'{decision,request_id}', 'action', step#>'{decision,action}', 'effect', step->'effect',
        'via', coalesce(step#>>'{decision,via}', 'temporal_ui')), moment, NULL);
END $$;

CREATE OR REPLACE FUNCTION climb_call_ladder(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id text := step->>'call_id';
BEGIN
    IF audit_call(step->>'organisation', id, CASE step#>>'{step,action}' WHEN 'remind' THEN 'guarded_call_reminded'
                      WHEN 'widen' THEN 'guarded_call_widened' ELSE 'guarded_call_moved_up' END, 'system',
                  jsonb_build_object('rungs_done', step#>'{approval,rungs_done}'), moment,
                  format('guarded:%s:%s', id, step#>>'{approval,rungs_done}')) THEN
        UPDATE guarded_calls SET approval = step->'approval' WHERE call_id = id AND state = 'waiting';
    END IF;
END $$;

-- The first word stays.
CREATE OR REPLACE FUNCTION end_guarded_call(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id text := step->>'call_id';
BEGIN
    UPDATE guarded_calls SET state = step#>>'{outcome,state}', closed_at = coalesce(closed_at, moment)
    WHERE call_id = id AND state IN ('waiting', 'approved', 'rejected');
    PERFORM audit_call(step->>'organisation', id, 'guarded_call_' || (step#>>'{outcome,state}'), 'system',
                       jsonb_build_object('activity', (SELECT activity FROM guarded_calls WHERE call_id = id)), moment,
                       format('guarded:%s:ended', id));
END $$;
