"""What an attacker tries: each a change to a site that boots, and the status that refuses it.

The docstrings are the README's threat table. attacks.py has all of them.
"""
import collections

import signed_site

# control: what the same site is without the attack, and boots.
Attack = collections.namedtuple("Attack", "name text status control apply words")

ATTACKS = []

FLOOR = "PivotbootFloor-worker"


def attack(status, control=signed_site.fresh_site, words=()):
    """Registers an attack on the control's site; words must be in pivotboot's message."""

    def register(function):
        text = " ".join(function.__doc__.split())
        ATTACKS.append(Attack(function.__name__, text, status, control, function, words))
        return function

    return register
