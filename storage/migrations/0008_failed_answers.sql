-- What models took where nothing usable came of it, neither a draft nor a verdict: tokens and cost, no text.
CREATE TABLE failed_answers (
    conversation_id  text NOT NULL REFERENCES conversations,
    usage            jsonb NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX failed_answers_of ON failed_answers (conversation_id);
