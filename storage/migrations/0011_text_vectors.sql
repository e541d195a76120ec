-- What embedding models made of texts: of articles and of the messages that a specification is fitted on. A text stands
-- here by its SHA-256, so that the same text of another version, or of another organisation, is not embedded again.
-- `real[]` and not pgvector's type: what is compared is compared in memory (decision 0023).
CREATE TABLE text_vectors (
    model      text NOT NULL,
    text_hash  bytea NOT NULL CHECK (length(text_hash) = 32),
    vector     real[] NOT NULL CHECK (array_length(vector, 1) > 0),
    kept_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (model, text_hash)
);
