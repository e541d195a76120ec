-- Whether an address wants no messages is asked across conversations before a code goes there; few addresses ever say so.
CREATE INDEX channel_threads_opted_out ON channel_threads (organisation, channel, lower(address->>'to')) WHERE opted_out;
