"""Bars as an SVG image: groups of them, a colour for each series, whiskers where there is a range."""
import collections
import html
import math

# Told apart by most colour-blind readers (Okabe and Ito's), and legible on white.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#000000")
FONT = 'font-family="DejaVu Sans, Helvetica, Arial, sans-serif"'

WIDTH = 860
RIGHT = 70  # room for the longest bar's figure
BAR, GAP, GROUP_GAP = 13, 3, 14
LETTER = 6.6  # width of a letter of 12 pixels, about
TOP, LEGEND_ROW, BOTTOM = 34, 20, 44

# A value as it is drawn: a bar to middle, a whisker from low to high where they differ.
Bar = collections.namedtuple("Bar", "middle low high")


def bars(title, axis, groups, reference=None):
    """The image's text.

    groups     label -> {series -> value}, in the order in which they are drawn; a value is a
               number, or three: middle, low, high (such as a paired.Estimate)
    axis       says what is measured, and in which unit
    reference  a value at which a line is drawn through all bars
    """
    groups = {label: {name: bar(value) for name, value in group.items()}
              for label, group in groups.items()}
    series = list(dict.fromkeys(name for group in groups.values() for name in group))
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(series)}
    most = max(each.high for group in groups.values() for each in group.values())
    left = 20 + LETTER * max(map(len, groups))
    step = tick_step(max(most, reference or 0))
    ticks = math.ceil(max(most, reference or 0) / step)
    scale = (WIDTH - left - RIGHT) / (ticks * step)

    parts = [text(WIDTH / 2, 22, title, "middle", 15, "bold")]
    y = TOP + legend(parts, colours, left)
    begin = y
    for label, group in groups.items():
        middle = y + (len(group) * (BAR + GAP) - GAP) / 2
        parts.append(text(left - 8, middle + 4, label, "end"))
        for name, value in group.items():
            draw(parts, value, left, y, scale, colours[name])
            y += BAR + GAP
        y += GROUP_GAP
    end = y - GROUP_GAP + 4
    grid = [
        line(left + n * step * scale, begin - 4, left + n * step * scale, end, "#e4e4e4")
        + text(left + n * step * scale, end + 16, written(n * step), "middle", 11)
        for n in range(ticks + 1)
    ]
    if reference is not None:
        at = left + reference * scale
        parts.append(line(at, begin - 4, at, end, "#444444", 'stroke-dasharray="4 3"'))
    parts.append(text(left + (WIDTH - left - RIGHT) / 2, end + 34, axis, "middle"))
    height = end + BOTTOM
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" {FONT}>\n'
        f'<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join(grid + parts) + "\n</svg>\n"
    )  # fmt: skip


def bar(value):
    return Bar(*value) if isinstance(value, tuple) else Bar(value, value, value)


def tick_step(most):
    """One, two or five times a power of ten, for four to ten ticks."""
    if most <= 0:
        raise ValueError("there is nothing to draw")
    step = 10 ** math.floor(math.log10(most))
    for divisor in (1, 2, 5, 10):
        if most / (step / divisor) >= 4:
            return step / divisor
    return step / 10


def written(value):
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def legend(parts, colours, left):
    """Draws the series' names in rows; returns the height that they take."""
    x, y = left, TOP + 10
    for name, colour in colours.items():
        wide = 26 + LETTER * len(name)
        if x > left and x + wide > WIDTH - 10:
            x, y = left, y + LEGEND_ROW
        parts.append(f'<rect x="{x:.1f}" y="{y - 9}" width="11" height="11" fill="{colour}"/>')
        parts.append(text(x + 16, y, name))
        x += wide + 8
    return y - TOP + LEGEND_ROW


def draw(parts, value, left, y, scale, colour):
    wide = value.middle * scale
    parts.append(
        f'<rect x="{left:.1f}" y="{y}" width="{wide:.1f}" height="{BAR}" fill="{colour}"/>'
    )
    low, high = left + value.low * scale, left + value.high * scale
    if high - low > 1:
        parts.append(line(low, y + BAR / 2, high, y + BAR / 2, "black"))
        for x in (low, high):
            parts.append(line(x, y + 3, x, y + BAR - 3, "black"))
    parts.append(text(max(left + wide, high) + 5, y + BAR - 3, written(value.middle), size=10))


def line(x1, y1, x2, y2, colour, more=""):
    where = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {where} stroke="{colour}" {more}/>'


def text(x, y, words, anchor="start", size=12, weight="normal"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-weight="{weight}" fill="#222222">{html.escape(words)}</text>'
    )
