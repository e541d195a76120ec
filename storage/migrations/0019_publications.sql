-- Which version became the active one, what it took the place of, who did it and why: a row each time, never changed.
-- spec_versions.published_by and published_at still say the last one, for workers of the release before.
CREATE TABLE publications (
    publication_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation    text NOT NULL,
    content_hash    text NOT NULL REFERENCES spec_versions,
    replaced        text REFERENCES spec_versions,
    kind            text NOT NULL CHECK (kind IN ('publish', 'rollback')),
    published_by    text NOT NULL,
    reason          text NOT NULL DEFAULT '',
    at              timestamptz NOT NULL
);
CREATE INDEX publications_of ON publications (organisation, publication_id);

-- The audit trail has kept what spec_versions forgot; a version that it does not know has its last publication only.
INSERT INTO publications (organisation, content_hash, replaced, kind, published_by, at)
SELECT organisation, content_hash, lag(content_hash) OVER (PARTITION BY organisation ORDER BY at), 'publish', actor, at
FROM (
    SELECT v.organisation, v.content_hash, e.actor, e.at
    FROM audit_events e JOIN spec_versions v ON v.content_hash = e.data->>'content_hash'
    WHERE e.kind = 'spec_published' AND e.organisation = v.organisation
    UNION
    SELECT organisation, content_hash, published_by, published_at FROM spec_versions
) known
ORDER BY at;

CREATE FUNCTION refuse_change_of_publications() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'publications are never changed'; END $$;
CREATE TRIGGER publications_append_only BEFORE UPDATE OR DELETE ON publications
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_publications();
