-- Who wrote.

CREATE OR REPLACE FUNCTION identities_of(sender jsonb, channel text) RETURNS TABLE (kind text, value text)
LANGUAGE sql IMMUTABLE AS $$
    SELECT * FROM (VALUES
        ('contact_id', sender->>'contact_id'),
        ('email', lower(sender->>'email')),
        ('phone', sender->>'phone'),
        ('external_id', channel || ':' || (sender->>'external_id'))
    ) AS said (kind, value) WHERE value IS NOT NULL
$$;

-- The customer whom a sender is, made when there is none yet. What is only claimed never finds what was proved.
CREATE OR REPLACE FUNCTION recognise_customer(
    org text, sender jsonb, on_channel text, moment timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    proved boolean := coalesce((sender->>'verified')::boolean, false);
    known text;
BEGIN
    SELECT i.customer_id INTO known
    FROM customer_identities i JOIN identities_of(sender, on_channel) said USING (kind, value)
    WHERE i.organisation = org AND i.verified = proved
    ORDER BY array_position(ARRAY['contact_id', 'external_id', 'email', 'phone'], i.kind) LIMIT 1;
    IF known IS NULL THEN
        known := 'cu_' || replace(gen_random_uuid()::text, '-', '');
        INSERT INTO customers (customer_id, organisation, contact_id, email, phone, verified, created_at)
        VALUES (known, org, sender->>'contact_id', lower(sender->>'email'), sender->>'phone', proved, moment)
        ON CONFLICT (organisation, contact_id) WHERE verified AND contact_id IS NOT NULL
        DO UPDATE SET email = coalesce(customers.email, excluded.email), phone = coalesce(customers.phone, excluded.phone)
        RETURNING customer_id INTO known;
    END IF;
    UPDATE customers SET name = sender->>'name'
    WHERE customer_id = known AND sender ? 'name' AND name IS DISTINCT FROM sender->>'name';
    PERFORM remember_identities(org, known, sender, on_channel, proved, moment);
    RETURN known;
END $$;

CREATE OR REPLACE FUNCTION remember_identities(
    org text, of_customer text, sender jsonb, on_channel text, proved boolean, moment timestamptz
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO customer_identities (organisation, kind, value, verified, customer_id, since)
    SELECT org, kind, value, proved, of_customer, moment FROM identities_of(sender, on_channel)
    ON CONFLICT DO NOTHING
$$;

-- The CRM says by what its contact is known. Whoever was recognised by that while the CRM was away, or before it knew, is
-- the same customer from now on; whoever is another contact is not. No message finds its customer meanwhile.
CREATE OR REPLACE FUNCTION link_contact(org text, of_customer text, contact jsonb, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    heir text;
    same text[];
BEGIN
    IF NOT EXISTS (
        SELECT FROM identities_of(contact, '') said LEFT JOIN customer_identities i
            ON i.organisation = org AND i.kind = said.kind AND i.value = said.value AND i.verified
        WHERE i.customer_id IS DISTINCT FROM of_customer
    ) THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(org, 7));
    PERFORM remember_identities(org, of_customer, contact, '', true, moment);
    SELECT customer_id INTO heir FROM customer_identities
    WHERE organisation = org AND kind = 'contact_id' AND value = contact->>'contact_id' AND verified;
    SELECT array_agg(customer_id) INTO same
    FROM customer_identities i JOIN identities_of(contact, '') said USING (kind, value) JOIN customers c USING (customer_id)
    WHERE i.organisation = org AND i.verified AND customer_id <> heir AND c.contact_id IS NULL AND NOT EXISTS (
        SELECT FROM customer_identities other
        WHERE other.customer_id = c.customer_id AND other.kind = 'contact_id' AND other.verified
    );
    UPDATE customer_identities SET customer_id = heir WHERE customer_id = ANY (same) AND verified;
    UPDATE channel_threads SET customer_id = heir WHERE customer_id = ANY (same);
    UPDATE conversations SET customer_id = heir WHERE customer_id = ANY (same);
END $$;
