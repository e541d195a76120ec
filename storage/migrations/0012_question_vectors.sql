-- What an embedding model made of the question that a resolved conversation opened with, so that conversations like another
-- one are found. It comes from customers' words, so it stands by conversation and goes with them. `resolved_at` is the
-- resolution that it was made for: a conversation that was reopened may have got a longer question since.
-- `vector` holds 32-bit floats, lowest byte first, because thousands are read at once and never one number of them.
CREATE TABLE question_vectors (
    conversation_id  text PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    model            text NOT NULL,
    resolved_at      timestamptz NOT NULL,
    vector           bytea NOT NULL CHECK (octet_length(vector) > 0 AND octet_length(vector) % 4 = 0),
    made_at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversations_resolved ON conversations (organisation, resolved_at) WHERE status = 'resolved';

-- Whoever erases or blanks a customer's message, in whatever way, erases what was made of it.
CREATE FUNCTION forget_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM question_vectors WHERE conversation_id = OLD.conversation_id;
    RETURN NULL;
END $$;
CREATE TRIGGER messages_forget_question AFTER DELETE OR UPDATE OF text ON messages
    FOR EACH ROW WHEN (OLD.author = 'customer') EXECUTE FUNCTION forget_question();
