-- Drafts: what they are made from, and what was decided about them.

-- Whether a journey of the conversation waits for a promise to be kept that is overdue.
CREATE OR REPLACE FUNCTION promise_is_overdue(id text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM journeys j JOIN journey_steps s USING (run_id) JOIN audit_events e
            ON e.conversation_id = id AND e.kind = 'promise_overdue' AND e.data->>'run_id' = s.run_id
                AND e.data->>'step' = s.step AND e.at >= s.began_at
        WHERE j.conversation_id = id AND j.ended_at IS NULL AND s.kind = 'promise' AND s.outcome IS NULL
    );
END $$;

-- Everything that a draft is made from, as the conversation stands.
CREATE OR REPLACE FUNCTION basis_of_draft(c conversations, transcript_length integer, known_context text) RETURNS jsonb
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
                           WHERE conversation_id = c.conversation_id AND author = 'ai_agent'),
        'ai_replied', EXISTS (SELECT FROM messages
                              WHERE conversation_id = c.conversation_id AND author = 'ai_agent'
                                  AND draft_id IS NOT NULL),
        'promise_overdue', promise_is_overdue(c.conversation_id))
    FROM said
$$;

-- The version that was published last, for conversations that move with it. After a rollback there is none: what is open
-- stays where it is.
CREATE OR REPLACE FUNCTION newest_version(c conversations) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    published text;
BEGIN
    SELECT CASE kind WHEN 'publish' THEN content_hash END INTO published
    FROM publications WHERE organisation = c.organisation ORDER BY publication_id DESC LIMIT 1;
    RETURN jsonb_build_object('newest', published);
END $$;

-- The workflow has moved the conversation to another version: turns before it were decided by the one that it had.
CREATE OR REPLACE FUNCTION follow_version(c conversations, moved_to text, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF moved_to <> c.spec_hash THEN
        UPDATE turns SET spec_hash = c.spec_hash WHERE conversation_id = c.conversation_id AND spec_hash IS NULL;
        UPDATE conversations SET spec_hash = moved_to WHERE conversation_id = c.conversation_id;
        PERFORM audit(c, 'spec_changed', 'system', jsonb_build_object('from', c.spec_hash, 'to', moved_to), moment);
    END IF;
END $$;

-- Takes in the new messages and returns the basis of a draft, or the draft itself when an earlier attempt made it.
CREATE OR REPLACE FUNCTION begin_draft(step jsonb, transcript_length integer, moment timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    saved jsonb;
BEGIN
    SELECT jsonb_build_object('draft', draft) INTO saved FROM turns WHERE draft_id = step->>'draft_id';
    IF FOUND THEN
        RETURN saved || newest_version(c);
    END IF;
    PERFORM follow_version(c, step->>'spec_hash', moment);
    c.turn := greatest(c.turn, (step->>'turn')::integer);
    c := take_in_messages(c, (step->>'revision')::integer, step->'messages', moment);
    PERFORM save_conversation(c, moment);
    RETURN basis_of_draft(c, transcript_length, step->>'context_id') || newest_version(c);
END $$;

-- What a draft was made from, together with the draft, for whoever checks it.
CREATE OR REPLACE FUNCTION read_draft(id text, transcript_length integer) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT basis_of_draft(c, transcript_length, t.context_id) || jsonb_build_object('draft', t.draft)
    FROM turns t JOIN conversations c USING (conversation_id) WHERE t.draft_id = id
$$;

-- A draft is decided about once, whichever of the functions that carry its decision comes first.
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
