-- People who may sign in to the console. `issuer` and `subject` are who they are at the sign-in provider; one account may
-- belong to people of several organisations.
CREATE TABLE people (
    organisation  text NOT NULL,
    person_id     text NOT NULL,
    name          text NOT NULL,
    roles         text[] NOT NULL,
    issuer        text,
    subject       text,
    active        boolean NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (organisation, person_id),
    CHECK ((issuer IS NULL) = (subject IS NULL))
);
CREATE UNIQUE INDEX people_by_account ON people (issuer, subject, organisation) WHERE subject IS NOT NULL;

-- A way to the provider and back, used at most once: both values are random, and only their hashes are kept. The browser
-- that comes back must be the one that left.
CREATE TABLE sign_in_attempts (
    state_hash    text PRIMARY KEY CHECK (state_hash ~ '^[0-9a-f]{64}$'),
    browser_hash  text NOT NULL,
    nonce         text NOT NULL,
    verifier      text NOT NULL,
    next_path     text NOT NULL,
    begun_at      timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (begun_at);

-- Who is signed in. It ends by itself, by being left alone, by signing out, and with the person's access, which is read
-- with it each time. `within`: the only organisations that the provider named; null: any that has this account.
CREATE TABLE sign_ins (
    token_hash    text PRIMARY KEY CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    organisation  text NOT NULL,
    person_id     text NOT NULL,
    issuer        text NOT NULL,
    subject       text NOT NULL,
    within        text[],
    created_at    timestamptz NOT NULL,
    used_at       timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    revoked_at    timestamptz,
    FOREIGN KEY (organisation, person_id) REFERENCES people
);
CREATE INDEX sign_ins_by_end ON sign_ins (ends_at);

CREATE INDEX audit_events_by_organisation ON audit_events (organisation, event_id);
