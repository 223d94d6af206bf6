"""docs/mail.md tells of every e-mail there is, and of exactly the values each one takes."""

import re
from pathlib import Path

from tests.tables import every
from tests.unit.mail.samples import COMMON, OPTIONAL, SAMPLES

PAGE = (Path(__file__).parents[3] / "docs" / "mail.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^#|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
EVERY_TEMPLATE = every("template", sorted(SAMPLES))


def values(text: str) -> dict[str, bool]:
    """Each value named in ``text``, and whether it is marked as one that may be None."""
    return {name: mark == "?" for name, mark in re.findall(r"`(\w+)`(\??)", text)}


def documented(template: str) -> dict[str, bool]:
    return values(SECTIONS[template].partition("Values:")[2])


def expected(template: str, names: set[str]) -> dict[str, bool]:
    optional = OPTIONAL["*"] | OPTIONAL.get(template, set())
    return {name: name in optional for name in names}


def test_every_email_is_documented_and_no_other() -> None:
    assert set(SECTIONS) == set(SAMPLES)


@EVERY_TEMPLATE
def test_its_values_are_documented_and_no_others(template: str) -> None:
    assert documented(template) == expected(template, set(SAMPLES[template]) - set(COMMON))


@EVERY_TEMPLATE
def test_it_is_said_to_whom_and_when_it_goes(template: str) -> None:
    assert re.search(r"To: \w.*\. When: \w", SECTIONS[template])


def test_the_values_of_every_email_are_documented() -> None:
    [line] = re.findall(r"^`customer_name`.*$", PAGE, flags=re.MULTILINE)
    assert values(line) == expected("*", set(COMMON))
