-- Which vendors answer: one row for each, shared by every process of the installation. No organisation, no personal data.
CREATE TABLE vendor_states (
    vendor       text PRIMARY KEY,
    state        text NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    since        timestamptz NOT NULL,
    last_error   text NOT NULL DEFAULT '',
    next_try_at  timestamptz,
    CHECK ((state = 'closed') = (next_try_at IS NULL))
);
