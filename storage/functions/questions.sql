-- What conversations were about, for finding those that are alike.

-- In the customer's own words: what they wrote until the first answer. What they wrote after a clarifying question still
-- belongs to it. Empty when they wrote nothing, or it was erased; at most `longest` characters.
CREATE OR REPLACE FUNCTION opening_question(id text, longest integer) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH opened AS (
            SELECT min(seq) AS seq FROM messages WHERE conversation_id = id AND author = 'customer'
        ), answered AS (
            SELECT min(m.seq) AS seq FROM messages m, opened
            WHERE m.conversation_id = id AND m.kind IN ('reply', 'human_reply') AND m.seq > opened.seq
        )
        SELECT coalesce(left(btrim(string_agg(m.text, E'\n' ORDER BY m.seq), E' \t\r\n'), longest), '')
        FROM messages m, answered
        WHERE m.conversation_id = id AND m.author = 'customer' AND (answered.seq IS NULL OR m.seq < answered.seq)
            AND NOT EXISTS (SELECT FROM conversations WHERE conversation_id = id AND erased_at IS NOT NULL)
    );
END $$;

-- Those that may be compared with the conversation `id`, the newest first. One that was merged goes on elsewhere.
CREATE OR REPLACE FUNCTION resolved_beside(org text, id text, newest integer)
RETURNS TABLE (conversation_id text, resolved_at timestamptz) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT c.conversation_id, c.resolved_at FROM conversations c
    WHERE c.organisation = org AND c.status = 'resolved' AND c.merged_into IS NULL
        AND c.erased_at IS NULL AND c.conversation_id <> id AND c.conversation_id <> (SELECT heir_of(id))
    ORDER BY c.resolved_at DESC, c.conversation_id LIMIT newest;
END $$;

-- Not for questions that changed or went meanwhile: an erasure under way is waited for, a later one finds the vector.
CREATE OR REPLACE FUNCTION keep_question_vectors(
    of_model text, ids text[], resolutions timestamptz[], questions text[], vectors bytea[], longest integer
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM messages WHERE conversation_id = ANY (ids) AND author = 'customer'
    ORDER BY conversation_id, seq FOR SHARE;
    INSERT INTO question_vectors (conversation_id, model, resolved_at, vector)
    SELECT made.id, of_model, made.resolved, made.vector
    FROM unnest(ids, resolutions, questions, vectors) AS made (id, resolved, question, vector)
    WHERE opening_question(made.id, longest) = made.question
    ORDER BY made.id
    ON CONFLICT (conversation_id) DO UPDATE
    SET model = excluded.model, resolved_at = excluded.resolved_at, vector = excluded.vector, made_at = now();
END $$;
