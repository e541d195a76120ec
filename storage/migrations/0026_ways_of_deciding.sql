-- How the person came who decided, or wrote.
ALTER TABLE decisions ADD COLUMN via text;
ALTER TABLE deliveries ADD COLUMN via text;

-- `revoked`: approved, and called back before it left.
ALTER TABLE approvals DROP CONSTRAINT approvals_state_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_state_check CHECK (
    state IN ('open', 'approved', 'rejected', 'stale', 'taken_over', 'replaced', 'revoked'));
-- What waits for one person.
CREATE INDEX approvals_assigned ON approvals (organisation, (document->>'assignee')) WHERE state = 'open';

-- People who are away: nothing is assigned or suggested to them.
CREATE TABLE absences (
    organisation  text NOT NULL,
    person_id     text NOT NULL,
    until         timestamptz NOT NULL,
    deputy        text,
    told_by       text NOT NULL,
    told_at       timestamptz NOT NULL,
    PRIMARY KEY (organisation, person_id)
);
