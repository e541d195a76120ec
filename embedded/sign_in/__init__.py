"""A sign-in for this machine alone, so that the console needs no account anywhere. `make up` starts it."""
