-- What colleagues write to each other.

-- The number of the next message of a room, once for each request; its files are named by it from then on.
CREATE OR REPLACE FUNCTION write_in_room(message jsonb, moment timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    r record;
    written record;
BEGIN
    SELECT * INTO r FROM rooms WHERE room_id = message->>'room_id' FOR NO KEY UPDATE;
    SELECT * INTO written FROM room_messages
    WHERE room_id = r.room_id AND request_id = message->>'request_id';
    IF FOUND THEN
        RETURN written.seq;
    END IF;
    INSERT INTO room_messages (room_id, seq, request_id, author_id, text, mentions, conversation_id, about, at)
    VALUES (r.room_id, r.last_seq + 1, message->>'request_id', message->>'author_id', message->>'text',
            ARRAY(SELECT jsonb_array_elements_text(message->'mentions')), message->>'conversation_id',
            ARRAY(SELECT jsonb_array_elements_text(message->'about')), moment)
    RETURNING * INTO written;
    UPDATE room_files SET seq = written.seq
    WHERE room_id = r.room_id AND seq IS NULL AND uploaded_by = written.author_id
        AND file_id IN (SELECT jsonb_array_elements_text(message->'files'));
    UPDATE rooms SET last_seq = written.seq, updated_at = moment WHERE room_id = r.room_id;
    PERFORM read_room(r.room_id, written.author_id, written.seq, moment);
    RETURN written.seq;
END $$;

-- A mark only moves on.
CREATE OR REPLACE FUNCTION read_room(room text, person text, up_to integer, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO room_reads (room_id, person_id, seq, at)
    SELECT room_id, person, least(up_to, last_seq), moment FROM rooms WHERE room_id = room
    ON CONFLICT (room_id, person_id) DO UPDATE SET seq = excluded.seq, at = excluded.at
        WHERE room_reads.seq < excluded.seq;
END $$;
