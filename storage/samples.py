"""What measures and figures count: one query for each, which yields `sample`, a row for everything that is counted.

`subject`: whom it counts for ('' is the whole organisation); `at`: when; `holds`: whether it does; the seconds of a
response; `apart`: why it is in no share, if it is in none. What is counted stands in words in domain.quality.measures.
"""

GIVEN = """
    WITH given AS (
        SELECT $1::text AS organisation, $2::timestamptz AS since, $3::timestamptz AS until,
            $4::interval AS durable_after, $5::text[] AS subjects, $6::float8[] AS due_seconds
    )
"""
"""Every sample is asked for alike, whichever of these it reads."""

LAST_DRAFTER = """
    coalesce((
        SELECT t.ai_agent FROM turns t
        WHERE t.conversation_id = c.conversation_id AND NOT t.suggestion ORDER BY t.turn DESC, t.created_at DESC LIMIT 1
    ), '')
"""

FIRST_RESOLUTIONS = f"""
    ended AS (
        SELECT e.conversation_id, e.event_id, c.created_at AS opened_at, e.at AS resolved_at, e.at + $4::interval AS at,
            e.actor = 'silence' AS by_silence, {LAST_DRAFTER} AS ai_agent
        FROM audit_events e JOIN conversations c USING (conversation_id)
        WHERE e.organisation = $1 AND e.kind = 'resolved' AND e.at > $2::timestamptz - $4::interval
            AND e.at <= $3::timestamptz AND c.merged_into IS NULL
    ), judged AS (
        SELECT e.*, happened.*, coalesce(said.last_answer > coalesce(said.last_question, 0), false) AS answered_last,
            said.first_reply
        FROM ended e CROSS JOIN LATERAL (
            SELECT bool_or(a.kind = 'resolved' AND a.event_id < e.event_id) AS resolved_before,
                bool_or(a.kind = 'reopened' AND a.event_id > e.event_id AND a.at < e.at) AS reopened,
                bool_or(a.kind = 'escalated' AND a.event_id < e.event_id) AS escalated,
                bool_or(a.event_id < e.event_id AND (
                    a.kind IN ('escalated', 'ownership_changed')
                    OR a.kind = 'approval_decided' AND a.data->>'effect' <> 'refused')) AS by_person
            FROM audit_events a WHERE a.conversation_id = e.conversation_id
        ) happened CROSS JOIN LATERAL (
            SELECT max(m.seq) FILTER (WHERE m.author = 'customer' AND m.at <= e.resolved_at) AS last_question,
                max(m.seq) FILTER (
                    WHERE m.kind IN ('reply', 'human_reply') AND m.at <= e.resolved_at) AS last_answer,
                min(m.seq) FILTER (WHERE m.kind = 'reply') AS first_reply
            FROM messages m WHERE m.conversation_id = e.conversation_id
        ) said
    ), resolutions AS (
        SELECT j.*, j.by_silence AND NOT j.by_person AND NOT j.reopened AS automated,
            CASE WHEN j.by_silence AND NOT j.answered_last THEN 'abandoned'
                 WHEN j.at > $3 THEN 'not_yet_durable' END AS apart
        FROM judged j WHERE NOT j.resolved_before
    )
"""  # noqa: S608 (put together of constants)
"""The first resolution of each conversation; it counts, `at`, once it is durable."""

AUTOMATED = f"""
    {GIVEN}, {FIRST_RESOLUTIONS}, sample AS (
        SELECT conversation_id, ai_agent AS subject, at, automated AS holds, NULL::float8 AS seconds, apart
        FROM resolutions
    )
"""  # noqa: S608 (put together of constants)

MISSED_ESCALATION = f"""
    {GIVEN}, {FIRST_RESOLUTIONS}, sample AS (
        SELECT r.conversation_id, r.ai_agent AS subject, r.at, r.apart, NULL::float8 AS seconds,
            r.reopened
            OR EXISTS (SELECT FROM messages m
                       WHERE m.conversation_id = r.conversation_id AND m.kind = 'human_reply' AND m.seq > r.first_reply
                           AND m.at < r.at)
            OR 'bad' IS NOT DISTINCT FROM (
                SELECT g.score FROM ratings g WHERE g.conversation_id = r.conversation_id AND g.at < r.at
                ORDER BY g.at DESC LIMIT 1)
            OR EXISTS (SELECT FROM turns t
                       WHERE t.conversation_id = r.conversation_id AND NOT t.suggestion
                           AND t.draft#>>'{{evidence,sensitivity}}' = 'complaint' AND t.turn > (
                               SELECT f.turn FROM messages m JOIN turns f USING (draft_id)
                               WHERE m.conversation_id = r.conversation_id AND m.seq = r.first_reply)) AS holds
        FROM resolutions r WHERE r.first_reply IS NOT NULL AND NOT r.escalated
    )
"""  # noqa: S608 (put together of constants)

FALSE_ESCALATION = rf"""
    {GIVEN}, escalated AS (
        SELECT e.conversation_id, e.at, (
            SELECT t.draft_id FROM turns t
            WHERE t.conversation_id = e.conversation_id AND NOT t.suggestion
                AND t.revision <= (e.data->>'revision')::integer ORDER BY t.turn DESC LIMIT 1) AS draft_id, (
            SELECT m.text FROM messages m
            WHERE m.conversation_id = e.conversation_id AND m.kind = 'human_reply' AND m.at >= e.at
            ORDER BY m.seq LIMIT 1) AS said
        FROM audit_events e
        WHERE e.organisation = $1 AND e.kind = 'escalated' AND e.at > $2 AND e.at <= $3
    ), sample AS (
        SELECT e.conversation_id, coalesce(t.ai_agent, '') AS subject, e.at, NULL::float8 AS seconds,
            CASE WHEN e.said IS NULL THEN 'waiting' END AS apart,
            coalesce(t.draft->>'text', '') <> '' AND btrim(regexp_replace(t.draft->>'text', '\s+', ' ', 'g'))
                = btrim(regexp_replace(e.said, '\s+', ' ', 'g')) AS holds
        FROM escalated e LEFT JOIN turns t USING (draft_id)
    )
"""  # noqa: S608 (put together of constants)

FIRST_RESPONSES = f"""
    {GIVEN}, asked AS (
        SELECT c.conversation_id, c.resolved_at, c.owner_kind, c.owner_id, q.seq, q.at FROM conversations c
        CROSS JOIN LATERAL (
            SELECT m.seq, m.at FROM messages m
            WHERE m.conversation_id = c.conversation_id AND m.author = 'customer' ORDER BY m.seq LIMIT 1) q
        WHERE c.organisation = $1 AND c.created_at > $2 AND c.created_at <= $3 AND c.merged_into IS NULL
    ), waited AS (
        SELECT a.conversation_id, a.at, r.author, r.at IS NOT NULL AS answered,
            extract(epoch FROM coalesce(r.at, a.resolved_at, $3::timestamptz) - a.at)::float8 AS seconds,
            CASE WHEN r.author = 'ai_agent' THEN r.author_id
                 WHEN r.author IS NULL AND a.owner_kind = 'ai_agent' THEN a.owner_id END AS ai_agent
        FROM asked a LEFT JOIN LATERAL (
            SELECT m.author, m.author_id, m.at FROM messages m
            WHERE m.conversation_id = a.conversation_id AND m.seq > a.seq
                AND m.kind IN ('reply', 'clarification', 'human_reply')
            ORDER BY m.seq LIMIT 1) r ON true
    ), sample AS (
        SELECT w.conversation_id, w.author, due.subject, w.at, w.seconds,
            w.answered AND w.seconds <= due.seconds AS holds,
            CASE WHEN NOT w.answered AND w.seconds <= due.seconds THEN 'waiting' END AS apart
        FROM unnest($5::text[], $6::float8[]) AS due (subject, seconds)
        JOIN waited w ON due.subject IN ('', w.ai_agent)
    )
"""  # noqa: S608 (put together of constants)

CSAT = f"""
    {GIVEN}, rated AS (
        SELECT DISTINCT ON (conversation_id) conversation_id, score, at FROM ratings
        WHERE organisation = $1 AND at > $2 AND at <= $3 ORDER BY conversation_id, at DESC
    ), sample AS (
        SELECT c.conversation_id, c.score, {LAST_DRAFTER} AS subject, c.at, c.score = 'good' AS holds,
            NULL::float8 AS seconds, NULL AS apart
        FROM rated c
    )
"""  # noqa: S608 (put together of constants)

APPROVALS_ON_TIME = f"""
    {GIVEN}, sample AS (
        SELECT conversation_id, '' AS subject, requested_at AS at, NULL::float8 AS seconds,
            (document->>'rungs_done')::integer = 0 AS holds,
            CASE WHEN (document->>'rungs_done')::integer = 0 THEN
                CASE state WHEN 'open' THEN 'waiting' WHEN 'stale' THEN 'overtaken' END END AS apart
        FROM approvals WHERE organisation = $1 AND requested_at > $2 AND requested_at <= $3
    )
"""  # noqa: S608 (put together of constants)

DRAFTS_UNCHANGED = rf"""
    {GIVEN}, shown AS (
        SELECT a.conversation_id, t.ai_agent, a.closed_at AS at,
            a.state = 'approved' AND plain_words(a.document->>'text') = plain_words(t.draft->>'text') AS unchanged
        FROM approvals a JOIN turns t USING (draft_id)
        WHERE a.organisation = $1 AND a.closed_at > $2 AND a.closed_at <= $3
            AND a.state IN ('approved', 'rejected', 'taken_over', 'replaced') AND a.closed_by <> 'system'
        UNION ALL
        SELECT d.conversation_id, s.ai_agent, d.delivered_at, btrim(regexp_replace(d.text, '\s+', ' ', 'g'))
            = btrim(regexp_replace(s.text, '\s+', ' ', 'g'))
        FROM deliveries d JOIN conversations c USING (conversation_id)
        CROSS JOIN LATERAL (
            SELECT t.ai_agent, t.draft->>'text' AS text FROM turns t
            WHERE t.conversation_id = d.conversation_id AND (t.suggestion OR t.outcome = 'escalate')
                AND t.revision <= d.revision AND t.revision > coalesce((
                    SELECT max(p.revision) FROM deliveries p
                    WHERE p.conversation_id = d.conversation_id AND p.kind = 'human_reply' AND p.state = 'delivered'
                        AND p.delivered_at < d.delivered_at), -1)
            ORDER BY t.turn DESC LIMIT 1) s
        WHERE c.organisation = $1 AND d.kind = 'human_reply' AND d.delivered_at > $2 AND d.delivered_at <= $3
            AND s.text <> ''
    ), sample AS (
        SELECT conversation_id, ai_agent AS subject, max(at) AS at, bool_and(unchanged) AS holds,
            NULL::float8 AS seconds, NULL::text AS apart
        FROM shown GROUP BY conversation_id, ai_agent
    )
"""  # noqa: S608 (put together of constants)
