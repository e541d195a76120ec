-- A desk where people decide, such as a Slack workspace. It shows the record and keeps none of it: cards are compared with
-- the record, clicks become decisions.

-- Who a user of a desk is with us.
CREATE TABLE desk_people (
    organisation  text NOT NULL,
    desk          text NOT NULL,
    user_id       text NOT NULL,
    person_id     text NOT NULL,
    linked_at     timestamptz NOT NULL,
    PRIMARY KEY (organisation, desk, user_id)
);
CREATE INDEX desk_people_by_person ON desk_people (organisation, person_id);

-- A row for each place where something stands, or is to stand. `digest` is of what is shown there, `seen` of the record
-- when it was compared last. Whoever holds the lease posts or updates; after a crash (`tries` above 1) it is looked up
-- before it is posted again. What was decided long ago is not compared any more, unless it is erased. `reminders` are those told in its thread.
CREATE TABLE desk_cards (
    organisation     text NOT NULL,
    desk             text NOT NULL,
    subject          text NOT NULL,
    place            text NOT NULL,
    conversation_id  text,
    channel          text,
    message          text,
    digest           text,
    seen             text,
    reminders        integer NOT NULL DEFAULT 0,
    is_open          boolean NOT NULL DEFAULT true,
    tries            integer NOT NULL DEFAULT 0,
    leased_until     timestamptz,
    made_at          timestamptz NOT NULL,
    PRIMARY KEY (organisation, desk, subject, place),
    CHECK ((channel IS NULL) = (message IS NULL))
);
CREATE INDEX desk_cards_followed ON desk_cards (organisation, desk, made_at);
CREATE INDEX desk_cards_open ON desk_cards (organisation, desk) WHERE is_open;
CREATE INDEX desk_cards_of ON desk_cards (conversation_id) WHERE conversation_id IS NOT NULL;

-- A click is kept here before it is acknowledged. Its content goes when its outcome is known; the row stays, so that the
-- same click never counts twice.
CREATE TABLE desk_clicks (
    organisation  text NOT NULL,
    desk          text NOT NULL,
    click_id      text NOT NULL,
    subject       text NOT NULL,
    state         text NOT NULL CHECK (state IN ('kept', 'applying', 'accepted', 'done', 'refused')),
    click         jsonb,
    person_id     text,
    tries         integer NOT NULL DEFAULT 0,
    due_at        timestamptz NOT NULL,
    received_at   timestamptz NOT NULL,
    PRIMARY KEY (organisation, desk, click_id),
    CHECK ((click IS NULL) = (state IN ('done', 'refused')))
);
CREATE INDEX desk_clicks_due ON desk_clicks (organisation, desk, due_at) WHERE click IS NOT NULL;
CREATE INDEX desk_clicks_of ON desk_clicks (organisation, subject) WHERE click IS NOT NULL;

CREATE INDEX escalations ON audit_events (conversation_id, event_id) WHERE kind = 'escalated';
