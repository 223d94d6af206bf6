"""Colours, and whether text in one can be read on another (contrast by WCAG 2.2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: The least contrast of text with its ground (WCAG 2.2, success criterion 1.4.3).
READABLE = 4.5
_HEX = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True)
class Colour:
    """An opaque colour of sRGB, each part from 0 to 255."""

    red: int
    green: int
    blue: int

    @classmethod
    def read(cls, text: str) -> "Colour | None":
        """The colour written as ``#rrggbb``, in either case; None for any other text."""
        written = text.lower()
        if _HEX.fullmatch(written) is None:
            return None
        return cls(*(int(written[at : at + 2], 16) for at in (1, 3, 5)))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """Relative luminance, from 0 for black to 1 for white (WCAG 2.2)."""
        red, green, blue = (_linear(part / 255) for part in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(self, other: "Colour") -> float:
        """The contrast of both, from 1 to 21 (WCAG 2.2)."""
        dark, light = sorted((self.luminance, other.luminance))
        return (light + 0.05) / (dark + 0.05)

    def towards(self, other: "Colour", share: float) -> "Colour":
        """A mixture: none of the other at 0, only the other at 1."""
        mine, theirs = (self.red, self.green, self.blue), (other.red, other.green, other.blue)
        return Colour(*(round(a + (b - a) * share) for a, b in zip(mine, theirs, strict=True)))


BLACK = Colour(0, 0, 0)
WHITE = Colour(255, 255, 255)


def text_on(ground: Colour) -> Colour:
    """White or black: whichever is read better there. One of them always is readable."""
    return max(WHITE, BLACK, key=ground.contrast)


def readable_on(colour: Colour, *grounds: Colour) -> Colour:
    """The shade nearest to ``colour`` that is readable on all of these, which are alike."""
    return next(
        shade
        for shade in _shades(colour, text_on(grounds[0]))
        if all(shade.contrast(ground) >= READABLE for ground in grounds)
    )


def _shades(colour: Colour, end: Colour) -> Iterator[Colour]:
    return (colour.towards(end, step / 50) for step in range(51))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
