-- Journeys, a row for each time that a customer began one, and their steps, a row for each time that one began. They are
-- written down by the journey's workflow, which alone knows what happens next.
CREATE TABLE journeys (
    run_id           text PRIMARY KEY,
    workflow_id      text NOT NULL,
    organisation     text NOT NULL,
    conversation_id  text NOT NULL REFERENCES conversations,
    journey          text NOT NULL,
    spec_hash        text NOT NULL,
    entered_by       text NOT NULL,
    state            text NOT NULL CHECK (state IN ('under_way', 'paused', 'completed', 'left', 'refused')),
    began_at         timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    ended_at         timestamptz,
    CHECK ((state IN ('completed', 'left', 'refused')) = (ended_at IS NOT NULL))
);
CREATE INDEX journeys_of ON journeys (conversation_id);
CREATE INDEX journeys_by_name ON journeys (organisation, journey, began_at);

-- `step` is its path: `<other>/<id>` for a step within another one. `owner`: who carries it. `number`: the order in which
-- steps began, several of them in the same moment.
CREATE TABLE journey_steps (
    number    bigint GENERATED ALWAYS AS IDENTITY,
    run_id    text NOT NULL REFERENCES journeys,
    step      text NOT NULL,
    visit     integer NOT NULL CHECK (visit > 0),
    kind      text NOT NULL,
    owner     text NOT NULL,
    began_at  timestamptz NOT NULL,
    ended_at  timestamptz,
    outcome   text CHECK (outcome IN ('done', 'failed', 'unanswered', 'timed_out', 'skipped', 'left')),
    PRIMARY KEY (run_id, step, visit),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

-- An AI agent says something on a journey without being asked: a notice, which answers nothing.
ALTER TABLE messages DROP CONSTRAINT messages_check;
ALTER TABLE messages ADD CONSTRAINT messages_check CHECK ((author, kind) IN (
    ('customer', 'customer'), ('ai_agent', 'reply'), ('ai_agent', 'clarification'), ('ai_agent', 'notice'),
    ('human_agent', 'human_reply'), ('system', 'notice')));
