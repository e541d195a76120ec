"""Which fault comes when: each once before any comes again, by its seed."""

from collections import Counter
from random import Random

from chaos.faults import DISK_FULL, OF_NEIGHBOURS, OF_PROCESSES, OFTEN
from chaos.schedule import a_round, by_turns


def turns(seed: int, number: int) -> list[str]:
    names = by_turns(["a", "b", "c"], Random(seed))
    return [next(names) for _ in range(number)]


def test_each_fault_comes_once_before_any_comes_again() -> None:
    for seed in range(20):
        names = turns(seed, 9)
        assert all(sorted(names[start : start + 3]) == ["a", "b", "c"] for start in (0, 3, 6))


def test_the_same_seed_chooses_the_same() -> None:
    assert turns(5, 12) == turns(5, 12)
    assert len({tuple(turns(seed, 6)) for seed in range(20)}) > 1


def test_what_tests_most_comes_more_often() -> None:
    assert Counter(a_round(OF_PROCESSES)) == Counter(dict.fromkeys(OF_PROCESSES, 1) | OFTEN)
    assert a_round(OF_NEIGHBOURS) == list(OF_NEIGHBOURS)


def test_no_fault_has_the_name_of_another() -> None:
    assert not OF_PROCESSES.keys() & OF_NEIGHBOURS.keys()
    assert DISK_FULL in OF_PROCESSES
