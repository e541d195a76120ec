-- Sending. A claim holds a lease as long as an attempt may be under way; each further attempt claims again. Leases run by
-- the clock of this database: those of two workers may differ by more than a lease.

-- Why a message must not leave; null when it may. What nobody asked for does not while automatic sending is stopped, which
-- is read after its lock was taken: so this is not STABLE.
CREATE OR REPLACE FUNCTION refusal_of(c conversations, step jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF c.merged_into IS NOT NULL THEN
        RETURN 'merged';
    ELSIF (step->>'expected_revision')::integer <> c.revision THEN
        RETURN 'moved_on';
    ELSIF step->>'author' IN ('ai_agent', 'human_agent') AND step->>'author' <> c.owner_kind THEN
        RETURN 'changed_hands';
    ELSIF step ? 'closure' AND NOT EXISTS (
        SELECT FROM approvals WHERE approval_id = step#>>'{closure,approval,approval_id}' AND state = 'open'
    ) THEN
        RETURN 'approval_closed';
    ELSIF step ? 'draft_id' AND NOT step ? 'closure' AND EXISTS (  -- it was stopped, and people were asked
        SELECT FROM approvals
        WHERE conversation_id = c.conversation_id AND draft_id = step->>'draft_id' AND state = 'open'
    ) THEN
        RETURN 'awaits_approval';
    ELSIF is_automatic(c, step) AND sending_is_stopped(c.organisation) THEN
        RETURN 'sending_stopped';
    END IF;
    RETURN NULL;
END $$;

-- How a refusal is told to whoever wanted to send: what is stopped may leave later, under the same key.
CREATE OR REPLACE FUNCTION status_of_refusal(refusal text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN refusal IN ('sending_stopped', 'awaits_approval') THEN 'stopped' ELSE 'refused' END
$$;

CREATE OR REPLACE FUNCTION refuse_delivery(c conversations, step jsonb, refusal text, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM audit(c, 'delivery_refused', 'system', jsonb_build_object(
        'message_key', step->>'message_key', 'refusal', refusal, 'expected_revision', step->'expected_revision',
        'revision', c.revision, 'owner_kind', c.owner_kind), moment,
        format('delivery_%s:%s', status_of_refusal(refusal), step->>'message_key'));
END $$;

CREATE OR REPLACE FUNCTION text_of_delivery(step jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(step->>'text', (SELECT draft->>'text' FROM turns WHERE draft_id = step->>'draft_id'))
$$;

CREATE OR REPLACE FUNCTION keep_delivery(c conversations, step jsonb, new_state text, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deliveries (message_key, conversation_id, state, revision, answers_seq, author, author_id, kind, channel,
                            draft_id, text, via, attachment_ids, claimed_at)
    VALUES (step->>'message_key', c.conversation_id, new_state, c.revision, c.last_seq, step->>'author',
            step->>'author_id', step->>'kind', step->>'channel', step->>'draft_id', text_of_delivery(step),
            step->>'via', ARRAY(SELECT jsonb_array_elements_text(step->'attachment_ids')), moment);
END $$;

-- Files as messages have them, in the order of their ids.
CREATE OR REPLACE FUNCTION listed_files(of_conversation text, ids text[]) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'attachment_id', attachment_id, 'name', name, 'media_type', media_type, 'size_bytes', size_bytes)
        ORDER BY array_position(ids, attachment_id)), '[]')
    FROM attachments WHERE conversation_id = of_conversation AND attachment_id = ANY(ids)
$$;

CREATE OR REPLACE FUNCTION start_delivery(c conversations, step jsonb, moment timestamptz) RETURNS conversations
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decide_turn(c, step->>'draft_id', step->'record', moment);
    PERFORM keep_delivery(c, step, 'claimed', moment);
    IF step ? 'closure' THEN
        PERFORM keep_decision(c, step#>'{closure,decision}', 'send', NULL, moment);
        c := close_open_approval(c, 'approved', step#>>'{closure,decision,by,id}', moment);
        c := keep_status(c, step#>'{closure,after}');
    END IF;
    RETURN c;
END $$;

-- A notice tells where things stand; it answers nothing.
CREATE OR REPLACE FUNCTION finish_delivery(
    c conversations, sent deliveries, receipt text, moment timestamptz
) RETURNS conversations LANGUAGE plpgsql AS $$
BEGIN
    c.last_seq := c.last_seq + 1;
    IF sent.kind <> 'notice' THEN
        c.answered_seq := greatest(c.answered_seq, sent.answers_seq);
    END IF;
    IF sent.kind = 'human_reply' THEN
        c.waits_for_person := NULL;
    END IF;
    INSERT INTO messages (conversation_id, seq, message_id, author, author_id, kind, text, attachments, channel,
                          draft_id, at)
    VALUES (c.conversation_id, c.last_seq, sent.message_key, sent.author, sent.author_id, sent.kind, sent.text,
            listed_files(c.conversation_id, sent.attachment_ids), sent.channel, sent.draft_id, moment);
    UPDATE deliveries SET state = 'delivered', delivered_at = moment, provider_message_id = receipt, leased_until = NULL
    WHERE message_key = sent.message_key;
    PERFORM audit(c, 'message_delivered', sent.author || ':' || sent.author_id, jsonb_build_object(
        'seq', c.last_seq, 'kind', sent.kind, 'message_key', sent.message_key)
        || jsonb_strip_nulls(jsonb_build_object('via', sent.via)), moment);
    RETURN c;
END $$;

-- A worker that lost Temporal may be sending still when another one begins: nobody could find what is leaving just now.
CREATE OR REPLACE FUNCTION wait_while_sending(d deliveries) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF d.sending AND d.leased_until > clock_timestamp() THEN
        RAISE lock_not_available USING MESSAGE = format('The message %s is being sent.', d.message_key);
    END IF;
END $$;

-- By which thread a message leaves: that of its first attempt, which may have sent it there; else the one used last.
CREATE OR REPLACE FUNCTION thread_of_delivery(c conversations, d deliveries, on_channel text)
RETURNS SETOF channel_threads LANGUAGE sql STABLE AS $$
    SELECT * FROM channel_threads WHERE organisation = c.organisation AND channel = d.channel AND thread = d.thread
    UNION ALL
    SELECT * FROM thread_of(c.conversation_id, on_channel) WHERE d.thread IS NULL
$$;

-- `status` is claimed, refused, stopped, or what an earlier attempt left: in_doubt, delivered. A draft from before a restore is in
-- doubt at once: it may have left in the time that was lost, so its channel is asked first.
CREATE OR REPLACE FUNCTION claim_delivery(
    step jsonb, lease interval, moment timestamptz,
    OUT status text, OUT body text, OUT claimed_at timestamptz, OUT address jsonb, OUT opted_out boolean
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    known deliveries;
    used channel_threads;
    refusal text;
BEGIN
    SELECT * INTO known FROM deliveries d WHERE message_key = step->>'message_key';
    claimed_at := coalesce(known.delivered_at, known.claimed_at, moment);
    body := known.text;
    SELECT * INTO used FROM thread_of_delivery(c, known, step->>'channel');
    address := used.address;
    opted_out := used.opted_out;
    IF known.state = 'delivered' THEN
        status := 'delivered';
    ELSIF known.state = 'withdrawn' THEN
        status := 'refused';
    ELSIF known.state = 'claimed' THEN
        PERFORM wait_while_sending(known);
        status := 'in_doubt';
    ELSE
        refusal := refusal_of(c, step);
        IF refusal IS NOT NULL THEN
            PERFORM refuse_delivery(c, step, refusal, moment);
            status := status_of_refusal(refusal);
            RETURN;
        END IF;
        c := start_delivery(c, step, moment);
        PERFORM save_conversation(c, moment);
        PERFORM audit(c, 'delivery_claimed', 'system', jsonb_build_object('message_key', step->>'message_key'), moment);
        status := CASE WHEN EXISTS (
            SELECT FROM turns WHERE draft_id = step->>'draft_id' AND was_restored_since(c.organisation, created_at)
        ) THEN 'in_doubt' ELSE 'claimed' END;
        UPDATE deliveries d SET leased_until = clock_timestamp() + lease, sending = status = 'claimed',
            thread = used.thread
        WHERE message_key = step->>'message_key'
        RETURNING d.text INTO body;
    END IF;
END $$;

-- Before another attempt, once it is certain that the one before sent nothing: false withdraws the message for good, or
-- says that it was given up meanwhile. What another attempt brought to its end meanwhile is found when this is tried again.
CREATE OR REPLACE FUNCTION claim_again(step jsonb, lease interval, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    known deliveries;
    refusal text;
BEGIN
    SELECT * INTO known FROM deliveries WHERE message_key = step->>'message_key';
    IF known.state = 'withdrawn' THEN
        RETURN false;
    ELSIF known.state = 'delivered' THEN
        RAISE lock_not_available USING MESSAGE = format('The message %s has just left.', known.message_key);
    END IF;
    PERFORM wait_while_sending(known);
    refusal := CASE WHEN known.stop_asked THEN 'stopped'
        ELSE refusal_of(c, step - 'closure') END; -- the claim has closed the approval already
    IF refusal = 'sending_stopped' THEN
        RAISE lock_not_available USING MESSAGE = format('Sending is stopped; %s is tried again later.', known.message_key);
    END IF;
    UPDATE deliveries SET sending = refusal IS NULL, state = CASE WHEN refusal IS NULL THEN state ELSE 'withdrawn' END,
        leased_until = CASE WHEN refusal IS NULL THEN clock_timestamp() + lease END
    WHERE message_key = step->>'message_key' AND state = 'claimed';
    IF refusal IS NOT NULL THEN
        PERFORM refuse_delivery(c, step, refusal, moment);
    END IF;
    RETURN refusal IS NULL;
END $$;

-- The attempt ended without sending.
CREATE OR REPLACE FUNCTION end_lease(key text) RETURNS void LANGUAGE sql AS $$
    UPDATE deliveries SET leased_until = NULL, sending = false WHERE message_key = key
$$;

-- The attempt ended, and nobody knows whether it sent: the lease goes on, since the vendor may still be at it. Where
-- somebody takes over, it goes on for a second, in which the last bytes of what we sent arrive.
CREATE OR REPLACE FUNCTION end_attempt(key text) RETURNS void LANGUAGE sql AS $$
    UPDATE deliveries SET sending = false, leased_until = CASE
        WHEN stop_asked THEN least(leased_until, clock_timestamp() + interval '1 second') ELSE leased_until END
    WHERE message_key = key
$$;

-- Somebody becomes the owner, and waits for nothing but what is leaving: the attempt is to end, and no other may begin.
CREATE OR REPLACE FUNCTION stop_leaving(id text) RETURNS void LANGUAGE sql AS $$
    UPDATE deliveries SET stop_asked = true
    WHERE conversation_id = id AND state = 'claimed' AND author = 'ai_agent' AND leased_until > clock_timestamp()
$$;

-- A message that a channel refuses for good did not leave.
CREATE OR REPLACE FUNCTION withdraw_delivery(step jsonb, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
BEGIN
    UPDATE deliveries SET state = 'withdrawn', leased_until = NULL
    WHERE message_key = step->>'message_key' AND state = 'claimed';
    IF FOUND THEN
        PERFORM refuse_delivery(c, step, 'channel_refused', moment);
    END IF;
END $$;

-- A delivery that is tried no longer: from here on nothing leaves under its key, whichever worker comes late; where none
-- had claimed it, a row says so. Waits for the lease of the last attempt. `status` is delivered when it left after all,
-- in_doubt while it may have left and its channel was not asked yet (`looked`), else refused.
CREATE OR REPLACE FUNCTION give_up_delivery(
    step jsonb, looked boolean, moment timestamptz,
    OUT status text, OUT body text, OUT claimed_at timestamptz, OUT address jsonb
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    known deliveries;
BEGIN
    SELECT * INTO known FROM deliveries WHERE message_key = step->>'message_key';
    SELECT t.address INTO address FROM thread_of_delivery(c, known, step->>'channel') t;
    claimed_at := coalesce(known.delivered_at, known.claimed_at, moment);
    body := coalesce(known.text, text_of_delivery(step));
    status := CASE known.state WHEN 'delivered' THEN 'delivered' ELSE 'refused' END;
    IF known.state = 'claimed' THEN
        IF known.leased_until > clock_timestamp() THEN
            RAISE lock_not_available USING MESSAGE = format('The message %s may be leaving.', known.message_key);
        ELSIF NOT looked THEN
            status := 'in_doubt';
            RETURN;
        END IF;
        UPDATE deliveries SET state = 'withdrawn', leased_until = NULL, sending = false
        WHERE message_key = known.message_key;
        PERFORM refuse_delivery(c, step, 'given_up', moment);
    ELSIF known.state IS NULL AND body <> '' THEN  -- without a text it could never be claimed
        PERFORM keep_delivery(c, step, 'withdrawn', moment);
        PERFORM refuse_delivery(c, step, 'given_up', moment);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION complete_delivery(
    key text, receipt text, moment timestamptz, OUT of_conversation text, OUT delivered_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
    claimed deliveries;
BEGIN
    SELECT conversation_id INTO of_conversation FROM deliveries WHERE message_key = key;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('There is no claim for the message %s.', key);
    END IF;
    c := lock_conversation(of_conversation);
    SELECT * INTO claimed FROM deliveries WHERE message_key = key;
    delivered_at := coalesce(claimed.delivered_at, moment);
    IF claimed.state = 'claimed' THEN
        c := finish_delivery(c, claimed, receipt, moment);
        PERFORM save_conversation(c, moment);
    END IF;
END $$;

-- Claim and completion at once: for channels whose transport is this database, and for what has left already.
CREATE OR REPLACE FUNCTION deliver_stored(
    step jsonb, moment timestamptz, OUT status text, OUT delivered_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    claimed deliveries;
    refusal text;
BEGIN
    SELECT CASE state WHEN 'withdrawn' THEN 'refused' ELSE 'delivered' END, coalesce(d.delivered_at, d.claimed_at)
    INTO status, delivered_at FROM deliveries d WHERE message_key = step->>'message_key';
    IF FOUND THEN
        RETURN;
    END IF;
    delivered_at := moment;
    refusal := refusal_of(c, step);
    IF refusal IS NOT NULL THEN
        PERFORM refuse_delivery(c, step, refusal, moment);
        status := status_of_refusal(refusal);
        RETURN;
    END IF;
    c := start_delivery(c, step, moment);
    SELECT * INTO claimed FROM deliveries WHERE message_key = step->>'message_key';
    c := finish_delivery(c, claimed, coalesce(step->>'sent_as', claimed.message_key), moment);
    PERFORM save_conversation(c, moment);
    status := 'delivered';
END $$;

-- What an adapter learned by sending, such as the id of a thread that begins with it.
CREATE OR REPLACE FUNCTION keep_address(key text, learned jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE channel_threads t SET address = t.address || learned
    FROM deliveries d, conversations c, thread_of_delivery(c, d, d.channel) used
    WHERE d.message_key = key AND c.conversation_id = d.conversation_id
        AND (t.organisation, t.channel, t.thread) = (used.organisation, used.channel, used.thread)
$$;
