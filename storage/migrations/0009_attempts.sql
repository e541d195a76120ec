-- While `sending`, an attempt to send is under way, as long as its lease runs; no other one begins.
ALTER TABLE deliveries ADD COLUMN sending boolean NOT NULL DEFAULT false;
