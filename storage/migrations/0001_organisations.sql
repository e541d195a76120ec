-- What an organisation brings: its specification, whom it lets in, and articles that vendors keep for it.

-- `document` is json, not jsonb, because its name is the hash of its exact text. `labelled` holds the messages that the
-- version was fitted on, so that the same organisation can be fitted again to new articles.
CREATE TABLE spec_versions (
    content_hash  text PRIMARY KEY,
    organisation  text NOT NULL,
    document      json NOT NULL,
    topic_model   bytea NOT NULL,
    calibration   jsonb NOT NULL,
    published_by  text NOT NULL,
    published_at  timestamptz NOT NULL DEFAULT now(),
    active        boolean NOT NULL DEFAULT false,
    labelled      jsonb NOT NULL DEFAULT '[]',
    CHECK (content_hash = encode(sha256(convert_to(document::text, 'UTF8')), 'hex'))
);
CREATE UNIQUE INDEX one_active_version ON spec_versions (organisation) WHERE active;

CREATE TABLE api_keys (
    key_hash      text PRIMARY KEY CHECK (key_hash ~ '^[0-9a-f]{64}$'),
    organisation  text NOT NULL,
    person_id     text NOT NULL,
    roles         text[] NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    revoked_at    timestamptz
);

-- Articles that vendors keep, as they were when their source last listed them.
CREATE TABLE sourced_articles (
    organisation  text NOT NULL,
    source        text NOT NULL,
    article_id    text NOT NULL,
    article       jsonb NOT NULL,
    confirmed_at  timestamptz NOT NULL,
    PRIMARY KEY (organisation, source, article_id)
);

CREATE TABLE knowledge_sources (
    organisation  text NOT NULL,
    source        text NOT NULL,
    read_at       timestamptz NOT NULL,
    read_all_at   timestamptz NOT NULL,
    PRIMARY KEY (organisation, source)
);
