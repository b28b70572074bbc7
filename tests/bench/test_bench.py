"""The measuring itself: a bench whose arithmetic is wrong would never be noticed."""
import random
import re
import subprocess
import xml.etree.ElementTree

import loaders
import memory
import net
import paired
import plot
import pytest
import report
from loaders import machine


def test_ways_take_turns():
    order = []
    ways = {name: lambda name=name: order.append(name) or len(order) for name in "abc"}
    values = paired.interleaved(ways, 3, warm_up=1)
    assert "".join(order) == "cba" "abc" "cba" "abc"
    assert values == {"a": [4, 9, 10], "b": [5, 8, 11], "c": [6, 7, 12]}


def test_a_median_lies_within_its_interval():
    chance = random.Random(5)
    within = 0
    for _ in range(60):
        found = paired.median([chance.gauss(10, 1) for _ in range(25)])
        assert found.low <= found.middle <= found.high
        within += found.low <= 10 <= found.high
    # Of 95 in 100, with room for chance: an interval that is too narrow fails here, and the
    # whole range of the values would always hold.
    assert 51 <= within <= 59


def test_an_interval_narrows_with_more_turns():
    chance = random.Random(6)
    few, many = (paired.median([chance.gauss(10, 1) for _ in range(n)]) for n in (10, 160))
    assert many.high - many.low < (few.high - few.low) / 2


def test_one_value_is_its_own_median():
    assert paired.median([3.0]) == (3.0, 3.0, 3.0)
    with pytest.raises(ValueError):
        paired.median([])


def test_ratios_are_taken_within_a_turn():
    # The machine becomes slower and slower: medians taken apart would show nothing like 1.1.
    speed = [1, 2, 4, 8, 16, 32, 64]
    found = paired.ratio([1.1 * each for each in speed], speed)
    assert found == pytest.approx((1.1, 1.1, 1.1))
    with pytest.raises(ValueError):
        paired.ratio([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    "measured, goal, at_least, line",
    [
        (1.0472, 1.1, False, "target wrap measured 1.047 goal 1.100 met"),
        (1.1, 1.1, False, "target wrap measured 1.100 goal 1.100 met"),
        (1.1001, 1.1, False, "target wrap measured 1.100 goal 1.100 missed"),
        (54.32, 50, True, "target wrap measured 54.3 goal 50 met"),
        (49.9, 50, True, "target wrap measured 49.9 goal 50 missed"),
        (0, 0, False, "target wrap measured 0 goal 0 met"),
    ],
)
def test_target_line(measured, goal, at_least, line):
    assert str(report.Target("wrap", measured, goal, at_least)) == line


def test_target_name_is_one_word():
    with pytest.raises(ValueError):
        report.Target("two words", 1, 1)


def test_table():
    found = report.table(["mode", "ratio"], [["a|b", 1.5], ["c", "-"]])
    assert found == "| mode | ratio |\n| --- | --- |\n| a\\|b | 1.500 |\n| c | - |\n"
    with pytest.raises(ValueError):
        report.table(["one"], [["a", "b"]])


def test_section():
    whole = "before\n<!-- one -->\nold\n<!-- /one -->\nafter <!-- one -->\n"
    whole = whole.replace("after <!-- one -->", "after")
    found = report.replace_section(whole, "one", "new\n")
    assert found == "before\n<!-- one -->\nnew\n<!-- /one -->\nafter\n"
    assert report.replace_section(found, "one", "new") == found
    for wrong in ("", "<!-- one -->\n", "<!-- /one -->\n<!-- one -->\n", whole + whole):
        with pytest.raises(ValueError):
            report.replace_section(wrong, "one", "new")


def test_readme_has_sections_for_what_is_published(tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    readme.write_text("<!-- x -->\n<!-- /x -->\n")
    monkeypatch.setattr(report, "README", readme)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    target = report.Target("t", 1.0, 2.0)
    report.publish("x", "text\n", {"p.svg": "<svg/>"}, [target], complete=False)
    assert readme.read_text() == "<!-- x -->\n<!-- /x -->\n"
    report.publish("x", "text\n", {"p.svg": "<svg/>"}, [target])
    assert (tmp_path / "results/p.svg").read_text() == "<svg/>"
    assert readme.read_text() == f"<!-- x -->\ntext\n\n```\n{target}\n```\n<!-- /x -->\n"


def test_plot_draws_to_scale():
    groups = {"20 MB & more": {"none": 1.0, "wrap": (1.5, 1.4, 1.6)}, "200 MB": {"none": 3.0}}
    image = xml.etree.ElementTree.fromstring(plot.bars("title", "s", groups, reference=1.0))
    space = "{http://www.w3.org/2000/svg}"
    wide = [float(each.get("width")) for each in image.iter(f"{space}rect")
            if each.get("height") == str(plot.BAR)]
    assert wide == pytest.approx([wide[0], wide[0] * 1.5, wide[0] * 3], rel=0.01)
    assert max(wide) < plot.WIDTH
    words = [each.text for each in image.iter(f"{space}text")]
    assert {"title", "s", "none", "wrap", "20 MB & more", "200 MB", "1.5"} <= set(words)


@pytest.mark.parametrize("most", [0.0003, 0.9, 1, 1.99, 4, 7.2, 10, 123_456])
def test_ticks(most):
    step = plot.tick_step(most)
    assert 4 <= most / step <= 10.001


def test_rounds_go_on_where_they_were(tmp_path, monkeypatch):
    loader = tmp_path / "loader"
    loader.write_bytes(b"one")
    monkeypatch.setattr(net.clients.paths, "LOADER", loader)
    monkeypatch.setattr(net, "RECORD", tmp_path / "bench/net.json")
    monkeypatch.setattr(net, "ROUNDS", 3)
    record = net.Record()
    assert list(record.missing("row")) == [0, 1, 2]
    assert list(record.missing("lossy 20 ms 0 % cubic")) == [0, 1, 2]
    assert list(record.missing("lossy 20 ms 0.5 % cubic")) == [0, 1, 2, 3, 4, 5, 6]
    record.add("row", [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 4.0}])
    assert record.values("row") is None
    record = net.Record()
    assert list(record.missing("row")) == [2]
    record.add("row", [{"a": 5.0, "b": 6.0}])
    assert net.Record().values("row") == {"a": [1.0, 3.0, 5.0], "b": [2.0, 4.0, 6.0]}
    # Another loader's figures are not this one's.
    loader.write_bytes(b"two")
    assert list(net.Record().missing("row")) == [0, 1, 2]


def test_who_gives_up_is_compared_where_it_did_not():
    values = {net.IPXE: [1.0, 4.0], net.PLAIN: [8.0, 8.0], net.GRUB: [None, 2.0]}
    assert re.fullmatch(r"2\S* × 0\.5\S* \(.*\), failed in 1 of 2 rounds", net.cell(values, net.GRUB))
    assert net.cell(values, net.HTTP_BOOT) == "n/a"
    targets = {each.name: each.measured for each in net.targets_of({"chained tap": values})}
    assert targets == {"chained-tap": 5.0, "grub-tap": 4.0}
    assert "GRUB" in net.draw({"chained tap": values}, [net.IPXE, net.PLAIN, net.GRUB])


def test_who_always_gives_up_has_no_rate():
    values = {net.IPXE: [1.0, 1.0], net.PLAIN: [8.0, 8.0], net.GRUB: [None, None]}
    assert net.cell(values, net.GRUB) == "failed in 2 of 2 rounds"
    assert [each.name for each in net.targets_of({"chained tap": values})] == ["chained-tap"]
    assert "GRUB" not in net.draw({"chained tap": values}, [net.IPXE, net.PLAIN, net.GRUB])


def test_every_other_turn_goes_backwards():
    assert [net.clients.in_turn(["a", "b"], turn) for turn in range(3)] == [
        ["a", "b"], ["b", "a"], ["a", "b"],
    ]  # fmt: skip


@pytest.mark.parametrize("guess", [1, 8, 300, 511, 512, 520, 1000, 1024, 5000])
@pytest.mark.parametrize("needed", [1, 8, 12, 104, 512, 1017, 1024])
def test_smallest_memory(needed, guess):
    tried = []

    def boots(memory_mib):
        tried.append(memory_mib)
        return memory_mib >= needed

    found = memory.smallest(boots, guess, 1024)
    assert found % memory.STEP_MIB == 0
    assert needed <= found < needed + memory.STEP_MIB
    assert len(tried) <= 14 and len(set(tried)) == len(tried)
    if guess == found == 512:
        assert tried == [512, 504]


def test_no_memory_is_enough():
    assert memory.smallest(lambda _: False, 512, 1024) is None


class Console:
    """Stands in for a machine that has said all that it will."""

    def __init__(self, text, ended):
        self.console, self.ended, self.process = text, ended, self

    def poll(self):
        return 0 if self.ended else None

    def shutdown_reason(self):
        return "guest-reset"

    def wait_for(self, pattern, seconds):
        found = re.search(pattern, self.console, re.MULTILINE)
        if not found:
            raise machine.Timeout("nothing came")
        return found


@pytest.mark.parametrize(
    "text, ended, end",
    [
        ("Linux\nbench: init runs\n", False, ""),
        ("pivotboot: error: x\nbench: failed: 0x1\nShell> ", False, "error: x"),
        ("iPXE\nbench: failed: 0x1\n", False, "bench: failed: 0x1"),
        ("[  1.2] Kernel panic - not syncing: VFS\n", False,
         "[  1.2] Kernel panic - not syncing: VFS"),
        ("error: out of memory.\ngrub> ", False, "error: out of memory."),
        ("Run /init as init\n", True, "the machine ended: guest-reset"),
        ("Run /init as init\n", False, loaders.TIMED_OUT),
    ],
)  # fmt: skip
def test_how_a_boot_ends(text, ended, end):
    assert loaders.outcome(Console(text, ended), 1) == end


def test_an_initramfs_ends_with_its_init(tmp_path):
    initrd = tmp_path / "initrd.zst"
    loaders.write_initrd(initrd, 3_000_000)
    assert 2_900_000 < initrd.stat().st_size < 3_100_000
    plain = subprocess.run(["zstd", "-dc", initrd], stdout=subprocess.PIPE, check=True).stdout
    assert loaders.unpacked_size(initrd) == len(plain)
    names = subprocess.run(
        ["cpio", "--list", "--quiet"], input=plain, stdout=subprocess.PIPE, check=True
    ).stdout.decode().split()
    assert names[-1] == "init"


def test_a_cell_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "RECORD", tmp_path / "memory.json")
    record, another = memory.Record(), memory.Record()
    record.add("way/100/abc", 400, "")
    another.add("other/100/abc", 800, "")
    record.add("way/100/abc", 392, loaders.TIMED_OUT)
    again = memory.Record()
    assert again.ends("way/100/abc") == {"400": "", "392": loaders.TIMED_OUT}
    assert again.ends("other/100/abc") == {"800": ""}
    assert again.latest("way", 100) == 400 and again.latest("way", 300) is None
    assert str(memory.Need(400, again.ends("way/100/abc"))) == "400 (less: timed out)"
    assert str(memory.Need(None, {})) == "not with 4096"
    assert memory.Need(300, {}).compared(memory.Need(400, {})) == "0.750"
    assert memory.Need(300, {}).compared(memory.Need(None, {})) == "-"


def test_memory_targets():
    needs = {(way, size): memory.Need(1000, {}) for way in loaders.LOADERS for size in memory.SIZES}
    needs[memory.STREAMING, 100] = memory.Need(696, {})
    needs[memory.PLAIN_IPXE, 300] = memory.Need(None, {})
    lines = [str(target) for target in memory.targets(needs)]
    assert lines[0] == "target memory-of-ipxe-100MB measured 0.696 goal 0.700 met"
    assert lines[2] == "target memory-of-limit-100MB measured 0.696 goal 1.100 met"
    assert lines[4] == "target memory-plain-of-ipxe-300MB measured 0.244 goal 0.700 met"
    assert lines[5] == "target memory-of-limit-300MB measured 1.000 goal 1.100 met"
    text = memory.describe(needs)
    assert "| pivotboot streaming | 696 | 0.696 | 1000 | 1.000 |" in text
    assert "| plain iPXE | 1000 | 1.000 | not with 4096 | - |" in text
