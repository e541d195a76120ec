"""The platform on one machine: PostgreSQL, Temporal, workers and the gateway as supervised processes."""
