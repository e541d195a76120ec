import gc

from config.garbage import keep_for_good


def test_what_is_there_at_the_start_is_looked_through_no_more() -> None:
    try:
        keep_for_good()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
