"""What the walks through the back office share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.places import Place, new_place

#: Set to have the pictures of the documentation made anew.
MAKE_PICTURES = "BITTITAN_MAKE_PICTURES"
PICTURES = Path(__file__).parents[3] / "docs" / "images"


@pytest.fixture
def empty_place(tmp_path: Path) -> Iterator[Place]:
    """An instance of this test's own on which nothing was set up."""
    with new_place(tmp_path) as place:
        yield place


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page for the documentation, where that is asked for."""
    if os.environ.get(MAKE_PICTURES):
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
