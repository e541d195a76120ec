-- What measures count: what came to an end, what was opened, and what was rated, in a time.
CREATE INDEX audit_events_measured ON audit_events (organisation, kind, at) WHERE kind IN ('resolved', 'escalated');
CREATE INDEX conversations_opened ON conversations (organisation, created_at);
CREATE INDEX ratings_given ON ratings (organisation, at);
CREATE INDEX approvals_closed ON approvals (organisation, closed_at);
CREATE INDEX deliveries_by_people ON deliveries (delivered_at) WHERE kind = 'human_reply';

-- What AI agents are trusted with: a row each time that somebody, or what was measured, changes or confirms it. The
-- last row of an AI agent says where it stands.
CREATE TABLE trust_changes (
    change_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation  text NOT NULL,
    ai_agent      text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('moved_up', 'moved_down', 'refused', 'set')),
    before        text NOT NULL CHECK (before IN ('co_pilot', 'supervision', 'delegation')),
    level         text NOT NULL CHECK (level IN ('co_pilot', 'supervision', 'delegation')),
    by            text NOT NULL,
    reason        text NOT NULL,
    figures       text NOT NULL,
    at            timestamptz NOT NULL
);
CREATE INDEX trust_changes_of ON trust_changes (organisation, ai_agent, change_id);

CREATE FUNCTION refuse_change_of_trust() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'changes of trust are never changed'; END $$;
CREATE TRIGGER trust_changes_append_only BEFORE UPDATE OR DELETE ON trust_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_trust();
