-- Who fits best of the people whom a conversation waits for, with the reasons: a list, the best first.
ALTER TABLE conversations ADD COLUMN suggested jsonb NOT NULL DEFAULT '[]';
-- Who answered a customer last is looked up among all of their conversations.
CREATE INDEX conversations_of_customer ON conversations (customer_id) WHERE customer_id IS NOT NULL;
