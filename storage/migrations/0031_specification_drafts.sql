-- The files of a version as their author wrote them, with comments and names; nothing where it is older than this.
ALTER TABLE spec_versions ADD COLUMN files jsonb;

-- How whoever published it reached Holdfast; nothing of publications before this.
ALTER TABLE publications ADD COLUMN via text;

-- What somebody is changing and has not published: files by their path, null where one is removed.
CREATE TABLE specification_drafts (
    organisation    text NOT NULL,
    person_id       text NOT NULL,
    base            text NOT NULL REFERENCES spec_versions,
    files           jsonb NOT NULL,
    saved_at        timestamptz NOT NULL,
    PRIMARY KEY (organisation, person_id)
);
