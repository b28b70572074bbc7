"""The attack suite: each line of the README's threat table is refused with its status.

An attack only counts as refused when the same set-up without it boots.
"""
import re

import pytest

import attacks
import paths
import signed_site
from attacks import ATTACKS
from conftest import Web

TABLE = re.compile(r"(?<=<!-- threats -->\n).*(?=<!-- /threats -->)", re.DOTALL)


@pytest.fixture(scope="module")
def shared_web(tmp_path_factory):
    with Web(tmp_path_factory.mktemp("web"), extra=signed_site.FICKLE) as server:
        yield server


@pytest.fixture(scope="module")
def controls(shared_web):
    """Boots a control site once, whichever attacks share it."""
    booted = {}

    def boot(control):
        if control not in booted:
            site = control()
            site.publish(shared_web)
            booted[control] = site.boot(shared_web)
        return booted[control]

    return boot


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_attack(shared_web, controls, attack):
    good = controls(attack.control)
    assert good.status is None, f"the control does not boot:\n{good.console}"

    site = attack.control()
    attack.apply(site)
    site.publish(shared_web)
    bad = site.boot(shared_web)
    assert bad.status == attack.status, bad.console
    for word in attack.words:
        assert re.search(rf"\b{word}\b", bad.message), bad.message


def test_table():
    """The README lists what is tried here."""
    rows = ["| what an attacker tries | refused with |", "| --- | --- |"]
    rows += [f"| {attack.text} | {attack.status} |" for attack in ATTACKS]
    table = "\n".join(rows) + "\n"
    found = TABLE.search((paths.TREE / "README.md").read_text())
    assert found and found.group() == table, f"put this into README.md:\n{table}"
