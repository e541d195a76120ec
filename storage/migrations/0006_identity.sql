-- Who proves to be a contact of the CRM, by a one-time code that went to an address which the CRM knows.

-- Of the code only a salted hash is kept; `contact` goes when the check is over.
CREATE TABLE identity_checks (
    check_id         text PRIMARY KEY,
    conversation_id  text NOT NULL REFERENCES conversations,
    channel          text NOT NULL,
    claimed_id       text NOT NULL REFERENCES customers,
    contact_id       text,
    contact          jsonb,
    sent_by          text NOT NULL,
    address          text NOT NULL,  -- masked
    salt             bytea NOT NULL,
    code_hash        bytea NOT NULL,
    state            text NOT NULL CHECK (state IN ('claimed', 'sent', 'verified', 'failed')),
    attempts         integer NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 5),
    expires_at       timestamptz NOT NULL,
    answered_at_revision integer,
    verdict          text,
    created_at       timestamptz NOT NULL
);
CREATE INDEX identity_checks_of ON identity_checks (conversation_id);
CREATE INDEX identity_checks_by_contact ON identity_checks (contact_id, created_at) WHERE contact_id IS NOT NULL;

-- Within this conversation and channel, whoever claims to be the one is the other.
CREATE TABLE identity_proofs (
    conversation_id  text NOT NULL REFERENCES conversations,
    channel          text NOT NULL,
    claimed_id       text NOT NULL REFERENCES customers,
    customer_id      text NOT NULL REFERENCES customers,
    check_id         text NOT NULL REFERENCES identity_checks,
    proved_at        timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, channel, claimed_id)
);
