"""Charts as plain SVG, made on the server without script or library, each with its table.

Colours come from the page's style sheet by class, so light and dark both work. Each chart is an
image with a name; the numbers themselves are in the table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 560, 180
#: Space above and below the columns; and left of them, where a number of seven figures fits.
MARGIN, LEFT = 24, 48


@dataclass(frozen=True, kw_only=True)
class Series:
    """One kind of bar: its name and its value at each place."""

    name: str
    values: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart and the table with the same values."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    #: What is counted, for the table's caption.
    unit: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(any(one.values) for one in self.series)

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The table: a label and the value of each series."""
        return [
            (label, [one.values[place] for one in self.series])
            for place, label in enumerate(self.labels)
        ]

    @property
    def svg(self) -> Markup:
        """Stacked columns, one per label."""
        tallest = max(
            (sum(one.values[place] for one in self.series) for place in range(len(self.labels))),
            default=0,
        )
        pieces = [
            Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
                WIDTH, HEIGHT, self.title
            )
        ]
        pieces += self._columns(max(tallest, 1))
        pieces += self._axis(tallest)
        return Markup("").join([*pieces, Markup("</svg>")])

    def _columns(self, tallest: int) -> list[Markup]:
        step = (WIDTH - LEFT) / max(len(self.labels), 1)
        drawn = []
        for place, label in enumerate(self.labels):
            bottom = float(HEIGHT - MARGIN)
            for number, one in enumerate(self.series):
                height = (HEIGHT - 2 * MARGIN) * one.values[place] / tallest
                bottom -= height
                drawn.append(
                    _rectangle(
                        x=LEFT + place * step + step * 0.15,
                        y=bottom,
                        width=step * 0.7,
                        height=height,
                        kind=number,
                        title=f"{label}: {one.values[place]} {one.name}",
                    )
                )
        return drawn

    def _axis(self, tallest: int) -> list[Markup]:
        step = (WIDTH - LEFT) / max(len(self.labels), 1)
        every = max(1, len(self.labels) // 8)
        base = HEIGHT - MARGIN
        labels = [
            _text(LEFT + place * step + step / 2, HEIGHT - 6, label, "middle")
            for place, label in enumerate(self.labels)
            if place % every == 0
        ]
        line = Markup('<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>')
        return [
            line.format(LEFT, base, WIDTH, base),
            _text(LEFT - 4, MARGIN + 4, str(tallest), "end"),
            *labels,
        ]


def _rectangle(*, x: float, y: float, width: float, height: float, kind: int, title: str) -> Markup:
    shape = '<rect class="kind-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}'
    return Markup(shape + "</title></rect>").format(kind, x, y, width, height, title)  # noqa: S704


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    shape = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return shape.format(x, y, anchor, escape(text))
