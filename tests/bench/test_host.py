"""Which measurements count where the host is not always as fast."""
import os

import host
import pytest


class Watch:
    """One of two CPUs, in turns, is as slow as the next number says."""

    numbers = []
    looks = 0

    def __enter__(self):
        Watch.looks += 1
        slow = self.numbers.pop(0)
        self.means = {0: slow, 1: 0.5} if Watch.looks % 2 else {0: 1.0, 1: slow / 2}
        return self

    def __exit__(self, *_):
        pass


@pytest.mark.parametrize(
    "slowness, result, thrown_away",
    [
        ([1.0, 1.1], 1, 0),
        ([1.0, 0.9], 1, 0),
        ([1.0, 1.2, 1.5, 1.1], 3, 2),
        ([1.0, 1.4, 1.3, 1.2, 1.3, 1.4], 3, 4),
    ],
)
def test_quietly(monkeypatch, slowness, result, thrown_away):
    monkeypatch.setattr(Watch, "numbers", list(slowness))
    calls = []

    def measure():
        calls.append(None)
        return len(calls)

    assert host.Host(Watch, first_look_s=0).quietly(measure) == (result, thrown_away)
    assert not Watch.numbers


def test_remembers_the_best(monkeypatch):
    monkeypatch.setattr(Watch, "numbers", [2.0, 1.0, 1.3, 1.0])
    monkeypatch.setattr(Watch, "looks", 0)
    known = host.Host(Watch, first_look_s=0)
    assert known.quietly(lambda: "first") == ("first", 0)
    assert known.quietly(lambda: "second") == ("second", 1)


def test_looks_while_the_block_runs():
    before = os.sched_getaffinity(0)
    with host.Watch() as seen:
        pass
    assert set(seen.means) == before and min(seen.means.values()) > 0
    assert os.sched_getaffinity(0) == before
