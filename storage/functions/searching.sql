-- Where words stand.

-- The conversations in which all words occur at one place, and at how many places of a kind they occur, up to a limit: a row
-- without a conversation says so where there is none. Read by the indexes in every case: whoever guesses that a word stands
-- everywhere would read, and take apart, every text there is.
CREATE OR REPLACE FUNCTION find_words(org text, words text, at_most integer)
RETURNS TABLE (conversation_id text, places bigint) LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
DECLARE
    asked tsquery := to_tsquery('simple', words) || lower(words)::tsquery;
BEGIN
    RETURN QUERY
    WITH said AS MATERIALIZED (
        SELECT m.conversation_id FROM messages m WHERE to_tsvector('simple', m.text) @@ asked LIMIT at_most
    ), noted AS MATERIALIZED (
        SELECT n.conversation_id FROM internal_notes n WHERE to_tsvector('simple', n.text) @@ asked LIMIT at_most
    ), called AS MATERIALIZED (
        SELECT k.customer_id FROM customers k
        WHERE to_tsvector('simple', k.name) @@ asked AND k.name IS NOT NULL AND k.organisation = org LIMIT at_most
    ), listed AS MATERIALIZED (
        SELECT k.customer_id FROM directory_contacts d
        JOIN customers k ON k.organisation = org AND k.contact_id = d.contact_id AND k.verified
        WHERE to_tsvector('simple', d.name) @@ asked AND d.organisation = org LIMIT at_most
    ), found AS MATERIALIZED (
        SELECT said.conversation_id FROM said UNION SELECT noted.conversation_id FROM noted
        UNION SELECT o.conversation_id FROM called JOIN conversations o USING (customer_id)
        UNION SELECT o.conversation_id FROM listed JOIN conversations o USING (customer_id)
    )
    SELECT kept.conversation_id, counted.places
    FROM (SELECT greatest((SELECT count(*) FROM said), (SELECT count(*) FROM noted),
                          (SELECT count(*) FROM called), (SELECT count(*) FROM listed)) AS places) counted
    LEFT JOIN (SELECT c.conversation_id FROM found JOIN conversations c ON c.conversation_id = found.conversation_id
               WHERE c.organisation = org AND (c.status <> 'resolved' OR c.erased_at IS NULL)) kept ON true;
END $$;
