-- When what was said in a conversation, and who said it, was erased because the specification keeps it no longer
-- (storage/functions/erasing.sql). What is written in a conversation afterwards is erased after its next resolution.
ALTER TABLE conversations ADD COLUMN erased_at timestamptz;
CREATE INDEX conversations_to_erase ON conversations (organisation, resolved_at, conversation_id)
    WHERE status = 'resolved' AND (erased_at IS NULL OR erased_at < resolved_at);

-- By what the parts of a conversation, and the other traces of its customer, are found.
CREATE INDEX approvals_of ON approvals (conversation_id);
CREATE INDEX decisions_of_conversation ON decisions (conversation_id);
CREATE INDEX inbox_of ON inbox (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX identity_proofs_by_claim ON identity_proofs (claimed_id);
CREATE INDEX customers_by_email ON customers (organisation, email) WHERE email IS NOT NULL;
CREATE INDEX customers_by_phone ON customers (organisation, phone) WHERE phone IS NOT NULL;
