-- Erasing what was said in a conversation, and who said it, for good. Rows, ids, instants, outcomes and what was
-- measured stay, so that counts hold and each message that left still has its record. tests/storage/test_erasing.py
-- looks in every column of every table for what customers, people and AI agents said: one with words belongs here.

-- Of a conversation that was opened again since, only what was said before is gone.
CREATE OR REPLACE FUNCTION is_erased(id text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM conversations WHERE conversation_id = id AND erased_at >= resolved_at);
END $$;

-- Texts are compared by measures: a person sent what was drafted, or something else. So equal texts get equal numbers.
CREATE OR REPLACE FUNCTION plain_words(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT btrim(regexp_replace(said, '\s+', ' ', 'g'))
$$;

-- What stands in the place of each text of a conversation, by its plain words.
CREATE OR REPLACE FUNCTION erased_texts(id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(words, format('[erased %s]', number)), '{}') FROM (
        SELECT words, row_number() OVER () AS number FROM (
            SELECT plain_words(text) AS words FROM messages WHERE conversation_id = id
            UNION SELECT plain_words(text) FROM deliveries WHERE conversation_id = id
            UNION SELECT plain_words(draft->>'text') FROM turns WHERE conversation_id = id
            UNION SELECT plain_words(document->>'text') FROM approvals WHERE conversation_id = id
        ) said WHERE words IS NOT NULL
    ) numbered
$$;

CREATE OR REPLACE FUNCTION erased_text(erased jsonb, said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN said <> '' THEN jsonb_extract_path_text(erased, plain_words(said)) ELSE said END
$$;

-- Of a text that nothing is compared with. Nothing stays nothing.
CREATE OR REPLACE FUNCTION erased_words(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN said <> '' THEN '[erased]' ELSE said END
$$;

-- Only these fields of a document are kept: a new one goes, until somebody has looked at what it holds.
CREATE OR REPLACE FUNCTION kept_fields(document jsonb, kept text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(document) WHERE key = ANY (kept)
$$;

CREATE OR REPLACE FUNCTION erased_actions(actions jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_agg(kept_fields(action, '{server,tool,amount}') || '{"arguments": {}}' ORDER BY number), '[]')
    FROM jsonb_array_elements(actions) WITH ORDINALITY AS listed (action, number)
$$;

CREATE OR REPLACE FUNCTION erased_draft(erased jsonb, draft jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT kept_fields(draft, '{draft_id,ai_agent,evidence,usage,held_to,instructed,chosen_by}') || jsonb_build_object(
        'text', coalesce(erased_text(erased, draft->>'text'), ''),
        'clarifying_question', coalesce(erased_words(draft->>'clarifying_question'), ''),
        'citations', (
            SELECT coalesce(jsonb_agg(kept_fields(cited, '{source_id}') || '{"title": ""}' ORDER BY number), '[]')
            FROM jsonb_array_elements(draft->'citations') WITH ORDINALITY AS listed (cited, number)),
        'actions', erased_actions(draft->'actions'))
$$;

CREATE OR REPLACE FUNCTION erased_approval(erased jsonb, approval jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT kept_fields(approval, ARRAY[
        'approval_id', 'draft_id', 'ai_agent', 'digest', 'revision', 'rule', 'reason', 'approvers_needed', 'roles',
        'exclude_requester', 'requester', 'assignee', 'requested_at', 'approved_by', 'rungs_done', 'leaves_at', 'ladder', 'groups',
        'snoozed', 'limits', 'amount', 'revocations'
    ]) || jsonb_build_object('text', coalesce(erased_text(erased, approval->>'text'), ''),
                             'actions', erased_actions(approval->'actions'))
$$;

-- What was written to and fro. A trigger on messages deletes the vector that was made of them.
CREATE OR REPLACE FUNCTION erase_messages(id text, erased jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE messages SET text = erased_text(erased, text), attachments = (
        SELECT coalesce(jsonb_agg(kept_fields(file, '{attachment_id,size_bytes}') || jsonb_build_object(
            'name', '[erased]', 'media_type', 'application/octet-stream') ORDER BY number), '[]')
        FROM jsonb_array_elements(attachments) WITH ORDINALITY AS listed (file, number))
    WHERE conversation_id = id;
    DELETE FROM attachments WHERE conversation_id = id;
    -- What nobody has sent by now never leaves: its text is gone.
    UPDATE deliveries SET text = erased_text(erased, text), thread = NULL, sending = false, leased_until = NULL,
        state = CASE state WHEN 'claimed' THEN 'withdrawn' ELSE state END
    WHERE conversation_id = id;
    UPDATE internal_notes SET text = erased_words(text) WHERE conversation_id = id;
    UPDATE ratings SET comment = '' WHERE conversation_id = id;
$$;

-- What colleagues wrote about it: in its own room, and wherever a message names it. Files of a room whose message is not
-- written yet go with the room's conversation only.
CREATE OR REPLACE FUNCTION erase_rooms(id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM room_files f USING room_messages m
    WHERE m.room_id = f.room_id AND m.seq = f.seq AND m.about @> ARRAY[id];
    DELETE FROM room_files f USING rooms r WHERE r.room_id = f.room_id AND r.conversation_id = id;
    UPDATE room_messages SET text = erased_words(text) WHERE about @> ARRAY[id];
    DELETE FROM presences WHERE conversation_id = id;
END $$;

CREATE OR REPLACE FUNCTION erase_answers(id text, erased jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE turns SET draft = erased_draft(erased, draft), instruction = erased_words(instruction)
    WHERE conversation_id = id;
    UPDATE approvals SET document = erased_approval(erased, document) WHERE conversation_id = id;
    UPDATE decisions SET text = erased_words(text), reason = erased_words(reason) WHERE conversation_id = id;
    UPDATE tool_calls SET action = erased_actions(jsonb_build_array(action))->0, result = erased_words(result)
    WHERE conversation_id = id;
    UPDATE customer_contexts SET document = kept_fields(document, '{matches,missing}') WHERE conversation_id = id;
$$;

-- What its channels brought. The ids of events stay, so that none is taken in twice.
CREATE OR REPLACE FUNCTION erase_events(id text) RETURNS void LANGUAGE sql AS $$
    UPDATE quarantine q SET content = '' FROM inbox i
    WHERE i.conversation_id = id AND q.organisation = i.organisation AND q.channel = i.channel
        AND q.event_id IN (i.event_id, format('inbox-%s', i.inbox_id));
    UPDATE inbox SET event = NULL, forwarded = NULL WHERE conversation_id = id;
$$;

-- A card shows what is left of the record once it is compared anew.
CREATE OR REPLACE FUNCTION erase_desk(id text, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE desk_clicks SET click = NULL, state = 'refused'
    WHERE click IS NOT NULL AND (subject LIKE format('escalation:%s:%%', id)
        OR subject IN (SELECT 'approval:' || approval_id FROM approvals WHERE conversation_id = id));
    UPDATE desk_cards SET made_at = moment, seen = NULL WHERE conversation_id = id;
END $$;

-- An address that wants no messages is remembered, for that is what its customer asked for.
CREATE OR REPLACE FUNCTION erase_addresses(id text) RETURNS void LANGUAGE sql AS $$
    DELETE FROM channel_threads WHERE conversation_id = id AND NOT opted_out;
    UPDATE channel_threads SET address = kept_fields(address, '{to}') WHERE conversation_id = id;
    UPDATE channel_threads SET split_from = NULL WHERE split_from = id;
    UPDATE identity_checks SET contact_id = NULL, contact = NULL, address = '', thread = NULL, salt = '', code_hash = ''
    WHERE conversation_id = id;
$$;

-- Everybody who wrote in a conversation, under whatever address.
CREATE OR REPLACE FUNCTION customers_in(id text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(customer_id) FROM (
        SELECT customer_id FROM conversations WHERE conversation_id = id
        UNION SELECT customer_id FROM channel_threads WHERE conversation_id = id
        UNION SELECT customer_id FROM inbox WHERE conversation_id = id
        UNION SELECT claimed_id FROM identity_checks WHERE conversation_id = id
        UNION SELECT unnest(ARRAY[claimed_id, customer_id]) FROM identity_proofs WHERE conversation_id = id
    ) known WHERE customer_id IS NOT NULL
$$;

-- By what customers were known, where no conversation of theirs is left that was not erased; with them everybody of the
-- same address. Who writes again is a new customer.
CREATE OR REPLACE FUNCTION forget_customers(ids text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone text[];
BEGIN
    SELECT array_agg(DISTINCT alike.customer_id) INTO gone
    FROM customers known JOIN customers alike ON alike.organisation = known.organisation
        AND (alike.customer_id = known.customer_id OR alike.email = known.email OR alike.phone = known.phone)
    WHERE known.customer_id = ANY (ids) AND NOT EXISTS (
        SELECT FROM conversations c WHERE c.customer_id = alike.customer_id AND c.erased_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM channel_threads t LEFT JOIN conversations c USING (conversation_id)
        WHERE t.customer_id = alike.customer_id AND c.erased_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM identity_proofs p JOIN conversations c USING (conversation_id)
        WHERE p.claimed_id = alike.customer_id AND c.erased_at IS NULL
    );
    DELETE FROM customer_identities WHERE customer_id = ANY (gone);
    UPDATE customers SET contact_id = NULL, email = NULL, phone = NULL, name = NULL WHERE customer_id = ANY (gone);
END $$;

-- Why a conversation is not erased; null when it is to be. One that was merged goes with the one in which it goes on,
-- whose messages may be its own. What came within the hour may be on its way to a workflow that begins just now, and
-- that needs an address to answer to.
CREATE OR REPLACE FUNCTION refusal_to_erase(
    c conversations, resolved_before timestamptz, moment timestamptz
) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN c.status <> 'resolved' OR c.resolved_at >= resolved_before THEN 'not_over'
        WHEN c.erased_at >= c.resolved_at THEN 'erased'
        WHEN c.merged_into IS NOT NULL AND NOT is_erased(heir_of(c.conversation_id)) THEN 'goes_on'
        WHEN EXISTS (
            SELECT FROM inbox WHERE conversation_id = c.conversation_id
                AND (event IS NOT NULL OR received_at > moment - interval '1 hour')
        ) THEN 'waits'
    END;
END $$;

-- Its workflow must have ended. Once for each resolution; returns why it was not done, null when it was.
CREATE OR REPLACE FUNCTION erase_conversation(id text, resolved_before timestamptz, moment timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
    wrote text[];
    erased jsonb;
    refusal text;
BEGIN
    -- No message may find its conversation, or its customer, while they are forgotten.
    PERFORM pg_advisory_xact_lock(hashtextextended(organisation, 7)) FROM conversations WHERE conversation_id = id;
    c := lock_conversation(id);
    refusal := refusal_to_erase(c, resolved_before, moment);
    IF refusal IS NOT NULL THEN
        RETURN refusal;
    END IF;
    wrote := customers_in(id);
    erased := erased_texts(id);
    PERFORM erase_messages(id, erased);
    PERFORM erase_answers(id, erased);
    PERFORM erase_rooms(id);
    PERFORM erase_events(id);
    PERFORM erase_desk(id, moment);
    PERFORM erase_addresses(id);
    UPDATE conversations SET erased_at = moment WHERE conversation_id = id;
    PERFORM forget_customers(wrote);
    PERFORM audit(c, 'erased', 'retention', jsonb_build_object(
        'messages', c.last_seq, 'resolved_at', c.resolved_at, 'revision', c.revision), moment,
        format('erased:%s:%s', id, c.revision));
    RETURN NULL;
END $$;
