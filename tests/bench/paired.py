"""Comparing ways of doing one thing on a machine whose speed changes while it is measured.

The ways take turns, so that the i-th value of each was measured under the same conditions: what
is compared is the ratio within a turn. How sure a median is, the bootstrap tells: the same median
over many random choices of the turns.
"""
import collections
import random
import statistics

RESAMPLES = 2000
CONFIDENCE = 0.95

# A median and the bounds of its confidence interval.
Estimate = collections.namedtuple("Estimate", "middle low high")


def interleaved(ways, turns, warm_up=0, told=lambda turn: None):
    """Measures each way once a turn; returns the lists of what they returned, by name.

    ways     name -> a function without parameters
    warm_up  so many turns more come first and do not count
    told     is called with the number of each turn before it begins

    Every other turn goes backwards: whatever grows or fades during a turn meets all alike.
    """
    values = {name: [] for name in ways}
    for turn in range(-warm_up, turns):
        told(turn)
        order = list(ways)
        for name in order if turn % 2 == 0 else reversed(order):
            value = ways[name]()
            if turn >= 0:
                values[name].append(value)
    return values


def median(values):
    """The median of measured values, as an Estimate."""
    if not values:
        raise ValueError("nothing was measured")
    choice = random.Random(1)  # equal values give an equal answer
    found = sorted(
        statistics.median(choice.choices(values, k=len(values))) for _ in range(RESAMPLES)
    )
    outside = int(RESAMPLES * (1 - CONFIDENCE) / 2)
    return Estimate(statistics.median(values), found[outside], found[-1 - outside])


def ratio(values, reference):
    """The median ratio of values to reference, turn by turn, as an Estimate."""
    if len(values) != len(reference):
        raise ValueError(f"{len(values)} values cannot be paired with {len(reference)}")
    return median([value / other for value, other in zip(values, reference)])
