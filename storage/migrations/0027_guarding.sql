-- The switch that stops automatic sending: a row each time that somebody turns it. The last one of an organisation counts.
CREATE TABLE sending_changes (
    change_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation  text NOT NULL,
    request_id    text NOT NULL,
    action        text NOT NULL CHECK (action IN ('stop', 'resume')),
    by            text NOT NULL,
    via           text NOT NULL,
    reason        text NOT NULL,
    at            timestamptz NOT NULL,
    UNIQUE (organisation, request_id)
);
CREATE INDEX sending_changes_of ON sending_changes (organisation, change_id);

CREATE FUNCTION refuse_change_of_sending() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what was done with the switch is never changed'; END $$;
CREATE TRIGGER sending_changes_append_only BEFORE UPDATE OR DELETE ON sending_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_sending();

-- Whom a customer who waits for a person waits for, since a rung of the queue's ladder was taken.
ALTER TABLE conversations ADD COLUMN waits_for_person jsonb;

-- What may be leaving just now.
CREATE INDEX deliveries_leaving ON deliveries (leased_until) WHERE state = 'claimed';

-- Calls of a company's own activities that people approve first. `arguments` are what the company gives to its own code:
-- references and amounts, no personal data.
CREATE TABLE guarded_calls (
    call_id       text PRIMARY KEY,
    organisation  text NOT NULL,
    activity      text NOT NULL,
    arguments     jsonb NOT NULL,
    digest        text NOT NULL,
    rule          text NOT NULL,
    reason        text NOT NULL,
    requester     text,
    state         text NOT NULL
                  CHECK (state IN ('unasked', 'waiting', 'approved', 'rejected', 'done', 'failed', 'in_doubt')),
    approval      jsonb,
    requested_at  timestamptz NOT NULL,
    closed_at     timestamptz
);
CREATE INDEX guarded_calls_queue ON guarded_calls (organisation, state, requested_at);

CREATE TABLE guarded_decisions (
    decision_id   text NOT NULL,
    call_id       text NOT NULL REFERENCES guarded_calls,
    action        text NOT NULL,
    decided_by    text NOT NULL,
    effect        text NOT NULL,
    refused       text,
    reason        text NOT NULL DEFAULT '',
    decided_at    timestamptz NOT NULL,
    PRIMARY KEY (decision_id, call_id),
    CHECK ((effect = 'refused') = (refused IS NOT NULL))
);

-- How often somebody was refused at a call before the call heard of it.
CREATE INDEX guarded_calls_refused ON audit_events ((data->>'call_id'), at) WHERE kind = 'guarded_call_refused';
