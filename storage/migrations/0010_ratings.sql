-- What customers thought of the help, as they told the channel's vendor. The last one counts; the comment is only here.
CREATE TABLE ratings (
    organisation     text NOT NULL,
    channel          text NOT NULL,
    event_id         text NOT NULL,
    conversation_id  text NOT NULL,
    score            text NOT NULL CHECK (score IN ('good', 'bad')),
    comment          text NOT NULL,
    at               timestamptz NOT NULL,
    PRIMARY KEY (organisation, channel, event_id)
);
CREATE INDEX ratings_by_conversation ON ratings (conversation_id, at);

CREATE FUNCTION keep_rating(org text, of_conversation text, rating jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO ratings (organisation, channel, event_id, conversation_id, score, comment, at)
    VALUES (org, rating->>'channel', rating->>'event_id', of_conversation, rating->>'score', rating->>'comment',
            (rating->>'at')::timestamptz);
    INSERT INTO audit_events (organisation, conversation_id, kind, actor, data, at)
    VALUES (org, of_conversation, 'rated', 'customer',
            jsonb_build_object('channel', rating->>'channel', 'score', rating->>'score'), (rating->>'at')::timestamptz);
$$;
