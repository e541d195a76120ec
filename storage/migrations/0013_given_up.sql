-- Until now a message that was tried for as long as its organisation waits stayed claimed for ever, and blocked a merge of
-- its conversation. What was given up is known by what was recorded then: its author was told, or the conversation was
-- escalated because of it.
UPDATE deliveries d SET state = 'withdrawn', leased_until = NULL, sending = false
WHERE state = 'claimed' AND coalesce(leased_until, '-infinity') < now() AND (
    author = 'human_agent' AND EXISTS (
        SELECT FROM audit_events e
        WHERE e.event_key = format('request:%s:%s-failed', d.conversation_id,
                                   left(substr(d.message_key, length(d.conversation_id || '-human-') + 1), 100))
    ) OR author = 'ai_agent' AND EXISTS (
        SELECT FROM audit_events e
        WHERE e.conversation_id = d.conversation_id AND e.kind = 'escalated' AND e.data->>'reason' = 'delivery_failed'
            AND (e.data->>'revision')::integer > d.revision
    )
);
