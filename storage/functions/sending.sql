-- The switch that stops automatic sending.

-- Every claim of something automatic holds this lock until it is committed, and whoever turns the switch takes it alone:
-- a claim is either before the stop, or sees it.
CREATE OR REPLACE FUNCTION sending_is_stopped(of_organisation text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    last_action text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('sending ' || of_organisation, 0));
    SELECT action INTO last_action FROM sending_changes
    WHERE organisation = of_organisation ORDER BY change_id DESC LIMIT 1;
    RETURN coalesce(last_action = 'stop', false);
END $$;

-- Whether nobody asked for it: neither a person's own words, nor what a person approved, nor what has left already. A veto
-- window that is over is nobody's approval (domain/approvals/approval.py names it).
CREATE OR REPLACE FUNCTION is_automatic(c conversations, step jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT step->>'author' IN ('ai_agent', 'system') AND NOT step ? 'sent_as'
        AND NOT (step ? 'closure' AND step#>>'{closure,decision,by,id}' <> 'veto-window')
        AND NOT (step ? 'draft_id' AND EXISTS (
            SELECT FROM approvals
            WHERE conversation_id = c.conversation_id AND draft_id = step->>'draft_id' AND state = 'approved'
                AND closed_by <> 'veto-window'))
$$;

-- Committed here means acknowledged: nothing automatic is claimed afterwards. The same request is the same change.
CREATE OR REPLACE FUNCTION change_sending(
    of_organisation text, change_request_id text, new_action text, changed_by text, came_via text, why text,
    moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('sending ' || of_organisation, 0));
    INSERT INTO sending_changes (organisation, request_id, action, by, via, reason, at)
    VALUES (of_organisation, change_request_id, new_action, changed_by, came_via, why, moment)
    ON CONFLICT (organisation, request_id) DO NOTHING;
    IF FOUND THEN
        INSERT INTO audit_events (organisation, kind, actor, data, at)
        VALUES (of_organisation, CASE new_action WHEN 'stop' THEN 'sending_stopped' ELSE 'sending_resumed' END, changed_by,
                jsonb_build_object('via', came_via, 'reason', why, 'request_id', change_request_id), moment);
    END IF;
END $$;

-- Automatic messages of which an attempt to send may be under way; each ends with its lease.
CREATE OR REPLACE FUNCTION leaving_automatically(of_organisation text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT count(*)::integer FROM deliveries d JOIN conversations c USING (conversation_id)
    WHERE d.state = 'claimed' AND d.sending AND d.leased_until > clock_timestamp() AND c.organisation = of_organisation
        AND is_automatic(c, jsonb_build_object('author', d.author, 'draft_id', d.draft_id))
$$;
