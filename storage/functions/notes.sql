-- Notes of people, and how far they have read.

-- Once for each request; null when it was written, a refusal otherwise. Under the lock that erasing takes.
CREATE OR REPLACE FUNCTION write_note(note jsonb, moment timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(note->>'conversation_id');
BEGIN
    IF c.status = 'resolved' AND c.erased_at IS NOT NULL THEN
        RETURN 'erased';
    END IF;
    IF EXISTS (
        SELECT FROM internal_notes WHERE conversation_id = c.conversation_id AND request_id = note->>'request_id'
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM note_internally(c, note->>'request_id', note->>'author_id', note->>'text', moment);
    UPDATE internal_notes SET mentions = ARRAY(SELECT jsonb_array_elements_text(note->'mentions'))
    WHERE conversation_id = c.conversation_id AND request_id = note->>'request_id';
    PERFORM audit(c, 'note_written', note->>'author_id', jsonb_build_object(
        'mentions', jsonb_array_length(note->'mentions')), moment,
                  format('note:%s:%s', c.conversation_id, note->>'request_id'));
    RETURN NULL;
END $$;
