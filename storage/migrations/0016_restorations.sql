-- When PostgreSQL and Temporal were restored from backups. Whatever is older may have been done in the time that was lost.
CREATE TABLE restorations (
    restore_id    text PRIMARY KEY,
    organisation  text NOT NULL,
    restored_at   timestamptz NOT NULL
);
CREATE INDEX restorations_of ON restorations (organisation, restored_at);

-- The content of what Temporal was given stays for some days: a Temporal from a backup does not have it any more.
ALTER TABLE inbox ADD COLUMN forwarded jsonb, ADD COLUMN forwarded_at timestamptz;
CREATE INDEX inbox_forwarded ON inbox (organisation, forwarded_at) WHERE forwarded IS NOT NULL;
