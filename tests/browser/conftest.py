"""A running shop and a real Chromium; it ends with these tests, as its loop allows no other."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from bittitan_plugin.platforms.shop.demo_data import DEMO_PASSWORD
from tests.browser.places import Place, open_place
from tests.waiting import PATIENCE_S

#: Set where a missing Chromium is a failure, as in CI.
REQUIRED = "BITTITAN_TEST_REQUIRE_CHROMIUM"
PATIENCE_MS = PATIENCE_S * 1000


class Served(Protocol):
    """Something with pages; ``url`` is where they begin."""

    @property
    def url(self) -> str: ...


#: ``visit(place, email, path, **options)``: a browser of its own, signed in unless email is None.
Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or whatever is installed under one of its names.

    First the one without a window: the other draws its own frame and buttons, which nobody sees.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"no Chromium, and {REQUIRED} is set")
        pytest.skip(
            "no Chromium: install Debian's package 'chromium-headless-shell' to run these tests"
        )
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # Its sandbox needs rights that containers seldom give; it only visits our own pages.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An instance that sells, shared by the tests of one file."""
    with open_place(tmp_path_factory.mktemp("place")) as opened:
        yield opened


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Opens browsers; what their consoles complain about, or ask of other hosts, fails the test."""
    contexts, faults = [], list[str]()

    def note(message: ConsoleMessage) -> None:
        # What a server refuses on purpose is an answer, not a fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    def note_host(place: Served, url: str) -> None:
        if urlsplit(url).netloc not in {"", urlsplit(place.url).netloc}:
            faults.append(f"asked another host: {url}")

    def go(
        place: Served, email: str | None = None, path: str | None = None, **options: Any
    ) -> Page:
        context = chromium.new_context(base_url=place.url, **options)
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: note_host(place, request.url))
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if email is not None:
            sign_in(page, email)
        if path is not None:
            page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page, email: str, password: str = DEMO_PASSWORD) -> None:
    """Through the form, as everybody."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


def check(page: Page) -> None:
    """Nothing for axe to say, and nothing wider than the window."""
    assert violations(page) == [], page.url
    assert not wider_than_window(page), f"{page.url} scrolls sideways"


def wider_than_window(page: Page) -> bool:
    """Whether the page would have to be scrolled sideways."""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))


def violations(page: Page, *rules: str) -> list[tuple[str, list[str]]]:
    """What axe finds, by all its rules: the rule, and where.

    Only by these rules, where any are named.
    """
    options = {"runOnly": list(rules)} if rules else {}
    found = Axe().run(page, options=options).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
