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
