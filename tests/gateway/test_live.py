from gateway.live import LiveUpdates


def test_only_those_who_wait_for_the_conversation_are_woken() -> None:
    live = LiveUpdates()
    with live.watch("a") as first, live.watch("a") as second, live.watch("b") as other:
        live.wake("a")
        assert (first.is_set(), second.is_set(), other.is_set()) == (True, True, False)


def test_after_a_gap_everybody_is_woken() -> None:
    live = LiveUpdates()
    with live.watch("a") as first, live.watch("b") as other:
        live.wake_all()
        assert first.is_set()
        assert other.is_set()


def test_who_leaves_is_forgotten() -> None:
    live = LiveUpdates()
    with live.watch("a") as gone:
        pass
    live.wake("a")
    live.wake_all()
    assert not gone.is_set()
    assert not live._waiting
