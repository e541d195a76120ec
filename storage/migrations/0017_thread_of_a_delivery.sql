-- A message is tried again, and looked for, in the thread of its first attempt: its customer may write in another one
-- meanwhile. Null: nobody has claimed it since there is this column, or the conversation has no thread on its channel.
ALTER TABLE deliveries ADD COLUMN thread text;
