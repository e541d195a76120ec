-- Who writes: customers as they were recognised, and the built-in directory of whom an organisation knows.

CREATE TABLE customers (
    customer_id   text PRIMARY KEY,
    organisation  text NOT NULL,
    contact_id    text,
    email         text,
    phone         text,
    verified      boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now()
);
-- Only verified ones: whoever merely claims to be a contact gets a row of their own, without that contact's facts.
CREATE UNIQUE INDEX one_customer_per_contact ON customers (organisation, contact_id)
    WHERE verified AND contact_id IS NOT NULL;

-- How a customer was recognised. What was only claimed is kept apart from what was proved.
CREATE TABLE customer_identities (
    organisation  text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('email', 'phone', 'contact_id', 'external_id')),
    value         text NOT NULL,
    verified      boolean NOT NULL,
    customer_id   text NOT NULL REFERENCES customers,
    since         timestamptz NOT NULL,
    PRIMARY KEY (organisation, kind, value, verified)
);
CREATE INDEX customer_identities_of ON customer_identities (customer_id);

CREATE TABLE directory_accounts (
    organisation  text NOT NULL,
    account_id    text NOT NULL,
    document      jsonb NOT NULL,
    imported_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation, account_id)
);

CREATE TABLE directory_contacts (
    organisation  text NOT NULL,
    contact_id    text NOT NULL,
    account_id    text NOT NULL,
    name          text NOT NULL,
    email         text NOT NULL,
    phone         text,
    role          text NOT NULL DEFAULT '',
    PRIMARY KEY (organisation, contact_id),
    FOREIGN KEY (organisation, account_id) REFERENCES directory_accounts
);
CREATE INDEX directory_contacts_by_email ON directory_contacts (organisation, lower(email));
CREATE INDEX directory_contacts_by_phone ON directory_contacts (organisation, phone) WHERE phone IS NOT NULL;
