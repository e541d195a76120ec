-- Who proves to be a contact of the CRM, by a one-time code.

CREATE OR REPLACE FUNCTION proved_customer(id text, on_channel text, claimed text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT customer_id FROM identity_proofs
                     WHERE conversation_id = id AND channel = on_channel AND claimed_id = claimed), claimed)
$$;

-- The customer's own thread, where they wrote by this channel from the known address; null: they did not.
CREATE OR REPLACE FUNCTION thread_for_code(id text, by_channel text, of_contact jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT thread FROM thread_of(id, by_channel)
    WHERE lower(address->>'to') =
        lower(CASE by_channel WHEN 'email' THEN of_contact->>'email' ELSE of_contact->>'phone' END)
$$;

-- `in_doubt`: an earlier attempt may have sent a code. Nobody's address is flooded: five checks a day.
CREATE OR REPLACE FUNCTION claim_identity_check(
    step jsonb, of_contact jsonb, by_channel text, masked text, fresh_salt bytea, fresh_hash bytea, lifetime interval,
    moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    known text;
    refusal text;
BEGIN
    SELECT state INTO known FROM identity_checks k WHERE k.check_id = step->>'check_id';
    IF FOUND THEN
        RETURN CASE known WHEN 'claimed' THEN 'in_doubt' ELSE 'sent' END;
    END IF;
    refusal := refusal_of(c, step || jsonb_build_object('author', 'ai_agent'));
    IF refusal = 'sending_stopped' THEN
        RETURN 'too_many';  -- none is sent now: a person proves who the customer is
    ELSIF refusal IS NOT NULL THEN
        RETURN 'refused';
    ELSIF (SELECT count(*) FROM identity_checks k JOIN conversations o USING (conversation_id)
           WHERE k.contact_id = of_contact->>'contact_id' AND o.organisation = c.organisation
               AND k.created_at > moment - interval '1 day') >= 5 THEN
        RETURN 'too_many';
    END IF;
    INSERT INTO identity_checks (check_id, conversation_id, channel, claimed_id, contact_id, contact, sent_by, address,
                                 thread, salt, code_hash, state, expires_at, created_at)
    VALUES (step->>'check_id', c.conversation_id, step->>'channel', step->>'customer_id', of_contact->>'contact_id',
            of_contact, by_channel, masked, thread_for_code(c.conversation_id, by_channel, of_contact), fresh_salt,
            fresh_hash, 'claimed', moment + lifetime, moment);
    PERFORM audit(c, 'identity_code_claimed', 'system',
                  jsonb_build_object('check_id', step->>'check_id', 'sent_by', by_channel), moment);
    RETURN 'claimed';
END $$;

CREATE OR REPLACE FUNCTION complete_identity_check(id text, lifetime interval, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    k identity_checks;
BEGIN
    UPDATE identity_checks SET state = 'sent', expires_at = moment + lifetime
    WHERE check_id = id AND state = 'claimed' RETURNING * INTO k;
    IF FOUND THEN
        PERFORM audit(c, 'identity_code_sent', 'system', jsonb_build_object('check_id', id, 'sent_by', k.sent_by), moment)
        FROM conversations c WHERE c.conversation_id = k.conversation_id;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION prove_identity(c conversations, k identity_checks, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    proved text := recognise_customer(c.organisation, k.contact || jsonb_build_object('verified', true), k.channel, moment);
BEGIN
    INSERT INTO identity_proofs (conversation_id, channel, claimed_id, customer_id, check_id, proved_at)
    VALUES (c.conversation_id, k.channel, k.claimed_id, proved, k.check_id, moment)
    ON CONFLICT (conversation_id, channel, claimed_id) DO UPDATE
    SET customer_id = proved, check_id = excluded.check_id, proved_at = moment;
    UPDATE channel_threads SET customer_id = proved
    WHERE conversation_id = c.conversation_id AND channel = k.channel AND customer_id = k.claimed_id;
    UPDATE conversations SET customer_id = proved
    WHERE conversation_id = c.conversation_id AND customer_id = k.claimed_id;
END $$;

-- Takes in the customer's messages, counts a wrong code, and proves the identity with the right one. `holds` is what
-- they hold: right, wrong or none. The same revision is the same answer.
CREATE OR REPLACE FUNCTION answer_identity_check(step jsonb, holds text, moment timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step->>'conversation_id');
    k identity_checks;
BEGIN
    SELECT * INTO STRICT k FROM identity_checks WHERE check_id = step->>'check_id';
    IF k.answered_at_revision = (step->>'revision')::integer THEN
        RETURN k.verdict;
    END IF;
    c := take_in_messages(c, (step->>'revision')::integer, step->'messages', moment);
    PERFORM save_conversation(c, moment);
    k.verdict := CASE
        WHEN k.state <> 'sent' THEN 'failed'
        WHEN moment > k.expires_at THEN 'expired'
        WHEN holds = 'wrong' AND k.attempts >= 4 THEN 'failed'
        ELSE holds
    END;
    IF k.verdict = 'right' THEN
        PERFORM prove_identity(c, k, moment);
    END IF;
    UPDATE identity_checks
    SET verdict = k.verdict, answered_at_revision = (step->>'revision')::integer,
        attempts = least(attempts + (holds = 'wrong')::integer, 5),
        state = CASE k.verdict WHEN 'right' THEN 'verified' WHEN 'expired' THEN 'failed' WHEN 'failed' THEN 'failed'
                ELSE state END,
        contact = CASE WHEN k.verdict IN ('wrong', 'none') THEN contact END,
        thread = CASE WHEN k.verdict IN ('wrong', 'none') THEN thread END
    WHERE check_id = k.check_id;
    IF k.verdict <> 'none' THEN
        PERFORM audit(c, CASE k.verdict WHEN 'right' THEN 'identity_verified' ELSE 'identity_not_verified' END, 'customer',
                      jsonb_build_object('check_id', k.check_id, 'verdict', k.verdict, 'channel', k.channel), moment);
    END IF;
    RETURN k.verdict;
END $$;
