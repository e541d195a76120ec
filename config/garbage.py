"""Collecting garbage in processes that run for long."""

import gc


def keep_for_good() -> None:
    """Leave what a process has made while it started to itself: it stays anyway, and is looked through no more."""
    gc.collect()
    gc.freeze()
