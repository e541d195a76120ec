-- Who of the organisation sends a file; nobody where it is the customer's.
ALTER TABLE attachments ADD COLUMN person_id text;

-- The files that go along with a message.
ALTER TABLE deliveries ADD COLUMN attachment_ids text[] NOT NULL DEFAULT '{}';
