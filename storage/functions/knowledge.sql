-- Articles that vendors keep.

-- What a source has listed now. After a read of everything, what it did not list is no longer published.
CREATE OR REPLACE FUNCTION keep_articles(
    org text, from_source text, listed jsonb, everything boolean, moment timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sourced_articles (organisation, source, article_id, article, confirmed_at)
    SELECT org, from_source, listing->>'id', listing, moment FROM jsonb_array_elements(listed) AS listing
    ON CONFLICT (organisation, source, article_id)
    DO UPDATE SET article = excluded.article, confirmed_at = excluded.confirmed_at;
    IF everything THEN
        DELETE FROM sourced_articles
        WHERE organisation = org AND source = from_source AND confirmed_at < moment;
    END IF;
    INSERT INTO knowledge_sources (organisation, source, read_at, read_all_at)
    VALUES (org, from_source, moment, moment)
    ON CONFLICT (organisation, source) DO UPDATE
    SET read_at = moment, read_all_at = CASE WHEN everything THEN moment ELSE knowledge_sources.read_all_at END;
END $$;
