-- What a person did with a co-pilot suggestion, once for each: the first word stays. No text: what was sent is a message.
CREATE TABLE suggestion_uses (
    draft_id         text PRIMARY KEY REFERENCES turns,
    conversation_id  text NOT NULL REFERENCES conversations,
    organisation     text NOT NULL,
    used             text NOT NULL CHECK (used IN ('as_is', 'edited', 'ignored')),
    used_by          text NOT NULL,
    at               timestamptz NOT NULL
);
CREATE INDEX suggestion_uses_measured ON suggestion_uses (organisation, at);
CREATE INDEX suggestion_uses_of ON suggestion_uses (conversation_id);

-- What a draft was looked up in: articles by how well they fit, the best first. Ids and scores, no words.
ALTER TABLE turns ADD COLUMN retrieved jsonb NOT NULL DEFAULT '[]';
CREATE INDEX turns_made ON turns (created_at);
CREATE INDEX failed_answers_made ON failed_answers (created_at);
