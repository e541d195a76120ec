"""An earlier build measured beside the present one: each by its own benchmark, in rounds that alternate."""
