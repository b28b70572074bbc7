"""The attack suite: each line of the README's threat table is refused with its status.

An attack only counts as refused when the same set-up without it boots. One machine goes
through all that needs no machine of its own: iPXE starts pivotboot again and again, which
returns each time (the probe returns in the control runs).
"""
import re

import pytest

import paths
import signed_site
import ways
from attacks import ATTACKS
from conftest import FAILURE, Web

TABLE = re.compile(r"(?<=<!-- threats -->\n).*(?=<!-- /threats -->)", re.DOTALL)

SERIES_SECONDS = 600
SERIES_OPTIONS = "quiet probe-return=0x1"
HANDOFF_RETURNED = 130


@pytest.fixture(scope="module")
def shared_web(tmp_path_factory):
    with Web(tmp_path_factory.mktemp("web"), extra=signed_site.FICKLE) as server:
        yield server


def in_series(site):
    return not site.machine and not site.program


def control_site(attack):
    """The control's site, and whether it is a part of the series."""
    site = attack.control()
    if in_series(site):
        site.set("options", SERIES_OPTIONS)
    return site


def attacked_site(attack):
    site = control_site(attack)
    attack.apply(site)
    return site


def series_sites():
    """name -> site: all controls first, each once."""
    sites = {}
    for attack in ATTACKS:
        site = control_site(attack)
        if in_series(site):
            sites.setdefault(f"control-{attack.control.__name__}", site)
    for attack in ATTACKS:
        site = attacked_site(attack)
        if in_series(site):
            sites[attack.name] = site
    return sites


def start(name, site, web):
    """iPXE's commands for one of the series."""
    web.put(f"{name}/pivotboot.efi", signed_site.loader(site.policy))
    site.publish(web, f"{name}/")
    base = f"{web.base}/{name}"
    return f"echo begin {name}\nchain --autofree {base}/pivotboot.efi {site.line.replace('@', base)} ||"


@pytest.fixture(scope="module")
def series(shared_web, tmp_path_factory):
    """What the console said for each of the series: name -> text."""
    commands = [start(name, site, shared_web) for name, site in series_sites().items()]
    script = ways.ipxe_script(*commands, "echo begin end")
    folder = tmp_path_factory.mktemp("vm")
    with ways.by_ipxe(folder, shared_web, "sid", script) as vm:
        vm.wait_for("^begin end$", SERIES_SECONDS)
        pieces = re.split(r"^begin (\S+)\n", vm.console, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2]))


def check_refused(attack, console, message, status):
    assert status == attack.status, console
    for word in attack.words:
        assert re.search(rf"\b{word}\b", message), message


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_attack(shared_web, request, attack):
    if in_series(attacked_site(attack)):
        said = request.getfixturevalue("series")
        control = said[f"control-{attack.control.__name__}"]
        assert re.search(f"probe: load options: <.*{SERIES_OPTIONS}>", control), control
        assert f"(status {HANDOFF_RETURNED})" in control, control
        found = re.findall(FAILURE, said[attack.name])
        assert len(found) == 1 and "probe: " not in said[attack.name], said[attack.name]
        check_refused(attack, said[attack.name], found[0][0], int(found[0][1]))
        return
    site = attack.control()
    site.publish(shared_web)
    good = site.boot(shared_web)
    assert good.status is None, f"the control does not boot:\n{good.console}"
    if "platform" in site.machine:
        # The same machine a second time, with what the firmware keeps.
        site.machine["platform"].variables = good.folder / "vars.fd"
    attack.apply(site)
    site.publish(shared_web)
    bad = site.boot(shared_web)
    check_refused(attack, bad.console, bad.message, bad.status)


def test_table():
    """The README lists what is tried here."""
    rows = ["| what an attacker tries | refused with |", "| --- | --- |"]
    rows += [f"| {attack.text} | {attack.status} |" for attack in ATTACKS]
    table = "\n".join(rows) + "\n"
    found = TABLE.search((paths.TREE / "README.md").read_text())
    assert found and found.group() == table, f"put this into README.md:\n{table}"
