"""The demo: customers and staff play stories on a fresh platform, faults are injected, the record is checked."""
