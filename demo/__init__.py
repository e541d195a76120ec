"""The demo: customers and staff play scenarios on a fresh platform, faults are injected, the record is checked."""
