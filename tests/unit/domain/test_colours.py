"""Colours: read from what staff type, and made into shades that can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.colours import BLACK, READABLE, WHITE, Colour, readable_on, text_on

PARTS = st.integers(0, 255)
COLOURS = st.builds(Colour, PARTS, PARTS, PARTS)
DARK = Colour(0x1B, 0x23, 0x2D)


@given(COLOURS)
def test_a_colour_is_read_as_it_is_written(colour: Colour) -> None:
    assert Colour.read(str(colour)) == Colour.read(str(colour).upper()) == colour


@pytest.mark.parametrize("text", ["", "red", "#fff", "0b5394", "#0b53941", "#0b539g", " #0b5394"])
def test_any_other_text_is_none(text: str) -> None:
    assert Colour.read(text) is None


def test_contrast_is_that_of_wcag() -> None:
    assert WHITE.contrast(BLACK) == BLACK.contrast(WHITE) == pytest.approx(21)
    assert Colour(0x76, 0x76, 0x76).contrast(WHITE) == pytest.approx(4.54, abs=0.01)


@given(COLOURS)
def test_white_or_black_can_be_read_on_every_colour(ground: Colour) -> None:
    assert text_on(ground).contrast(ground) >= READABLE


@given(COLOURS)
def test_every_colour_has_a_shade_that_can_be_read_on_light_and_one_on_dark(colour: Colour) -> None:
    for ground in (WHITE, DARK):
        assert readable_on(colour, ground).contrast(ground) >= READABLE


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    blue = Colour(0x0B, 0x53, 0x94)
    assert readable_on(blue, WHITE) == blue
