-- What customers wrote and what they are shown.

-- What still reaches a merged conversation is recorded there and passed on; nothing is answered there any more.
CREATE OR REPLACE FUNCTION take_in_messages(
    c conversations, new_revision integer, incoming jsonb, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
DECLARE
    message jsonb;
    known integer := c.last_seq;
BEGIN
    FOR message IN SELECT * FROM jsonb_array_elements(incoming) LOOP
        INSERT INTO messages (conversation_id, seq, message_id, author, kind, text, attachments, channel, at)
        VALUES (c.conversation_id, c.last_seq + 1, message->>'message_id', 'customer', 'customer', message->>'text',
                message->'attachments', message->>'channel', (message->>'received_at')::timestamptz)
        ON CONFLICT (conversation_id, message_id, (author = 'customer')) DO NOTHING;
        IF FOUND THEN
            c.last_seq := c.last_seq + 1;
            PERFORM audit(c, 'message_received', 'customer', jsonb_build_object('seq', c.last_seq), moment);
        END IF;
    END LOOP;
    IF c.merged_into IS NOT NULL AND c.last_seq > known THEN
        PERFORM pass_on(c, heir_of(c.conversation_id), known);
        c.answered_seq := c.last_seq;
    END IF;
    RETURN raise_revision(c, new_revision, moment);
END $$;

-- Not while automatic sending is stopped: then nobody is told.
CREATE OR REPLACE FUNCTION post_notice(
    c conversations, notice_id text, notice text, on_channel text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    IF notice <> '' AND NOT sending_is_stopped(c.organisation) THEN
        c.last_seq := c.last_seq + 1;
        INSERT INTO messages (conversation_id, seq, message_id, author, kind, text, channel, at)
        VALUES (c.conversation_id, c.last_seq, notice_id, 'system', 'notice', notice, on_channel, moment);
    END IF;
    RETURN c;
END $$;

CREATE OR REPLACE FUNCTION unanswered_messages(c conversations) RETURNS SETOF messages LANGUAGE sql STABLE AS $$
    SELECT * FROM messages
    WHERE conversation_id = c.conversation_id AND seq > c.answered_seq AND author = 'customer' ORDER BY seq
$$;

-- How many of the messages were new and wait here for an answer, and the draft that reached the customer last: whoever
-- records what overtakes a draft learns whether it had left before.
CREATE OR REPLACE FUNCTION record_customer_messages(
    id text, new_revision integer, incoming jsonb, moment timestamptz, OUT recorded integer, OUT last_reply text
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(id);
    known integer := c.last_seq;
BEGIN
    c := take_in_messages(c, new_revision, incoming, moment);
    PERFORM save_conversation(c, moment);
    recorded := CASE WHEN c.merged_into IS NULL THEN c.last_seq - known ELSE 0 END;
    SELECT draft_id INTO last_reply FROM messages
    WHERE conversation_id = id AND author = 'ai_agent' ORDER BY seq DESC LIMIT 1;
END $$;

-- The same, of messages that answer what we asked: with them, everything is answered.
CREATE OR REPLACE FUNCTION record_answers(
    id text, new_revision integer, incoming jsonb, moment timestamptz, OUT recorded integer, OUT last_reply text
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
BEGIN
    SELECT * INTO recorded, last_reply FROM record_customer_messages(id, new_revision, incoming, moment);
    c := lock_conversation(id);
    c.answered_seq := c.last_seq;
    PERFORM save_conversation(c, moment);
END $$;

-- For workers of the version before.
CREATE OR REPLACE FUNCTION record_messages(id text, new_revision integer, incoming jsonb, moment timestamptz)
RETURNS integer LANGUAGE sql AS $$
    SELECT recorded FROM record_customer_messages(id, new_revision, incoming, moment)
$$;

CREATE OR REPLACE FUNCTION mark_read(id text, up_to integer, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_conversation(id);
    UPDATE messages SET read_at = moment
    WHERE conversation_id = id AND seq <= up_to AND author <> 'customer' AND read_at IS NULL;
END $$;
