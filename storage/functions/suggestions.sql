-- What people do with the drafts that only they see.

-- Once for each suggestion; the first word stays, and comes back to whoever says another one.
CREATE OR REPLACE FUNCTION use_suggestion(
    of_draft text, said text, said_by text, moment timestamptz, OUT used text, OUT used_by text, OUT at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation((SELECT t.conversation_id FROM turns t WHERE t.draft_id = of_draft));
BEGIN
    INSERT INTO suggestion_uses (draft_id, conversation_id, organisation, used, used_by, at)
    VALUES (of_draft, c.conversation_id, c.organisation, said, said_by, moment) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM audit(c, 'suggestion_used', said_by, jsonb_build_object('draft_id', of_draft, 'used', said), moment);
    END IF;
    SELECT u.used, u.used_by, u.at INTO use_suggestion.used, use_suggestion.used_by, use_suggestion.at
    FROM suggestion_uses u WHERE u.draft_id = of_draft;
END $$;
