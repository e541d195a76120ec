-- Everything that waits in the inbox for its thread's first message is looked for by thread, not only colleagues' replies.
DROP INDEX inbox_early_replies;
CREATE INDEX inbox_early ON inbox (organisation, channel, (event->>'thread'))
    WHERE event IS NOT NULL AND conversation_id IS NULL;

-- Somebody takes the conversation over: the attempt that is under way ends, and no other one begins.
ALTER TABLE deliveries ADD COLUMN stop_asked boolean NOT NULL DEFAULT false;

-- How many of a day's calls a vendor has left, as the last process that heard of it knows: one row for each vendor that
-- limits them. `asked_at` is when somebody was last let through to ask whether the limit still holds.
CREATE TABLE vendor_limits (
    vendor          text PRIMARY KEY,
    state           text NOT NULL CHECK (state IN ('open', 'reserved', 'exhausted')),
    used            bigint,
    total           bigint,
    reserved_calls  bigint,
    seen_at         timestamptz NOT NULL,
    asked_at        timestamptz
);
