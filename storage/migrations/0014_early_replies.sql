-- Replies of colleagues that came before the first customer message of their thread wait for it in the inbox. Every message
-- of a customer looks for those of its thread.
CREATE INDEX inbox_early_replies ON inbox (organisation, channel, (event->>'thread'))
    WHERE kind = 'colleague_reply' AND event IS NOT NULL AND conversation_id IS NULL;
