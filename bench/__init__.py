"""The benchmark: what a turn costs, how fast turns are, what an open conversation weighs, how soon a crash is over."""
