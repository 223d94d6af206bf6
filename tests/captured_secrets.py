"""No test may leave a secret in what was written while it ran: to the log, to either stream.

Every test of the suite is one more attempt to make the plugin say what it should not, those of
other people's processes included, whose streams are captured too. What a test reads for itself
(``capsys``) is its own to judge. The vendor's codes, the sandbox's password and signed tokens are
known by their form, so nothing has to be declared.
"""

import re
from collections.abc import Generator, Iterable

import pytest
import structlog

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD

FORMS = {
    # As the sandbox makes them, and as tests fill the stock with.
    "a coupon code": re.compile(
        r"\b(?:[A-HJ-NP-Z2-9]{5}(?:-[A-HJ-NP-Z2-9]{5}){3}|MW-[0-9A-F]{16})\b"
    ),
    "the vendor's password": re.compile(rf"\b{re.escape(DEFAULT_PASSWORD)}\b"),
    "a signed token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}"),
    "a ticket or bearer token": re.compile(r"\b(?:Ticket|Bearer) [\w.~+/-]{20,}"),
}
_seen = pytest.StashKey[int]()


@pytest.fixture(scope="session", autouse=True)
def _plain_tracebacks() -> None:
    """As production writes them; unless told, the log draws every frame, which takes a while."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    *others, _ = structlog.get_config()["processors"]
    structlog.configure(processors=[*others, renderer])


def secrets_in(text: str) -> list[str]:
    """What the text gives away, in words: never the secret itself."""
    return [name for name, form in FORMS.items() if form.search(text)]


def without_secrets(text: str) -> str:
    """The text as it may be shown."""
    for form in FORMS.values():
        text = form.sub("***", text)
    return text


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A phase that passed and wrote a secret fails."""
    report = yield
    known = item.stash.get(_seen, 0)
    item.stash[_seen] = len(report.sections)
    found = list(_told(report.sections[known:]))
    if found and report.passed:
        report.outcome = "failed"
        report.longrepr = "\n".join(found)
    return report


def _told(sections: Iterable[tuple[str, str]]) -> Iterable[str]:
    for title, text in sections:
        for line in text.splitlines():
            for name in secrets_in(line):
                yield f"{title} holds {name}: {without_secrets(line)}"
