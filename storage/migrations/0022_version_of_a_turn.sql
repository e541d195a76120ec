-- By which version a turn was decided, since a conversation may move to another one; null: by that of its conversation.
ALTER TABLE turns ADD COLUMN spec_hash text REFERENCES spec_versions;
