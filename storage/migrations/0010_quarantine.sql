-- Why something lies in quarantine, in a word that can be counted, and whether a person has had it taken in since.
ALTER TABLE quarantine
    ADD COLUMN kind        text NOT NULL DEFAULT 'unreadable',
    ADD COLUMN kept_at     timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN taken_in_at timestamptz;
CREATE INDEX quarantine_waiting ON quarantine (organisation, channel, kind) WHERE taken_in_at IS NULL;
