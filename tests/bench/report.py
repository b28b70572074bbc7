"""What a bench says: a Markdown table, the README's section of results, and its targets."""
import collections
import pathlib
import re

TREE = pathlib.Path(__file__).resolve().parents[2]
README = TREE / "README.md"
RESULTS = TREE / "tests/bench/results"  # committed: the plots that the README shows


class Target(collections.namedtuple("Target", "name measured goal at_least")):
    """A figure to reach. measured, goal: in the same unit, which the name says.

    Met at or below the goal, or with at_least at or above it.
    """

    def __new__(cls, name, measured, goal, at_least=False):
        if not re.fullmatch(r"\S+", name):
            raise ValueError(f"a target's name is one word: {name!r}")
        return super().__new__(cls, name, measured, goal, at_least)

    @property
    def met(self):
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal

    def __str__(self):
        verdict = "met" if self.met else "missed"
        return f"target {self.name} measured {number(self.measured)} goal {number(self.goal)} {verdict}"


def number(value):
    """As many digits as a reader can use."""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def estimate(value):
    """A paired.Estimate as "1.047 (1.041-1.052)"."""
    return f"{number(value.middle)} ({number(value.low)}-{number(value.high)})"


def table(head, rows):
    """A Markdown table; what is not text is written by number()."""
    lines = [head, ["---"] * len(head), *rows]
    for row in lines:
        if len(row) != len(head):
            raise ValueError(f"{len(head)} cells are expected: {row}")
    return "".join(f"| {' | '.join(cell(each) for each in row)} |\n" for row in lines)


def cell(value):
    text = value if isinstance(value, str) else number(value)
    return text.replace("|", "\\|").replace("\n", " ")


def replace_section(whole, name, text):
    """The document whole with text between its lines <!-- name --> and <!-- /name -->."""
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    if whole.count(start) != 1 or whole.count(end) != 1 or whole.index(end) < whole.index(start):
        raise ValueError(f"{start!r} and {end!r} are expected once each, in this order")
    before, rest = whole.split(start)
    return before + start + text.rstrip("\n") + "\n" + end + rest.split(end)[1]


def publish(name, text, plots, targets, complete=True):
    """Prints what was measured, and after a complete run puts it where the README shows it.

    name     of the section; text: its Markdown, which refers to the plots in RESULTS
    plots    file name -> SVG
    targets  Target...; their lines come last, in the section as well
    """
    lines = "".join(f"{target}\n" for target in targets)
    print(f"{text}\n{lines}", end="")
    if not complete:
        return
    RESULTS.mkdir(exist_ok=True)
    for file, svg in plots.items():
        (RESULTS / file).write_text(svg)
    section = f"{text}\n```\n{lines}```\n"
    README.write_text(replace_section(README.read_text(), name, section))
