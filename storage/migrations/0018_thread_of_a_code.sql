-- A code is looked for in the thread in which it was tried: its customer may write in another one meanwhile. Null: a
-- thread of its own, or tried before there was this column.
ALTER TABLE identity_checks ADD COLUMN thread text;
