"""A distributor's own templates are used, and none of them can lose a sale."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bittitan_plugin.mail.wording import Phrasebook, Wording
from tests.tables import every
from tests.unit.mail.samples import CODE, FRAME, SAMPLES

VALUES: Mapping[str, Any] = {**SAMPLES["welcome"], **FRAME}
OURS = Phrasebook().word("welcome", VALUES)

BROKEN = {
    "a syntax error": "{% block subject %}Hi{% endblock %}\n{% if %}{{ coupon_code }}",
    "a value that does not exist": (
        "{% block subject %}Hi{% endblock %}\n{{ coupon_code }} {{ discount }}"
    ),
    "no subject": "Your code: {{ coupon_code }}",
    "no coupon code": "{% block subject %}Hi{% endblock %}\nThank you!",
    "the code in the subject": "{% block subject %}{{ coupon_code }}{% endblock %}",
    "an error while it runs": "{% block subject %}{{ 1 / 0 }}{% endblock %}{{ coupon_code }}",
    "a forbidden attribute": (
        "{% block subject %}{{ ''.__class__ }}{% endblock %}{{ coupon_code }}"
    ),
    "a base that does not exist": "{% extends 'letterhead.txt' %}",
}
EVERY_BREAKAGE = every("source", BROKEN.values())


def override(directory: Path, source: str, name: str = "welcome.txt") -> Phrasebook:
    (directory / name).write_text(source, encoding="utf-8")
    return Phrasebook(directory)


def logged(phrasebook: Phrasebook) -> tuple[Wording, list[Any]]:
    with capture_logs() as logs:
        return phrasebook.word("welcome", VALUES), list(logs)


def test_an_override_is_used_instead_of_the_shipped_template(tmp_path: Path) -> None:
    book = override(
        tmp_path, "{% extends 'base.txt' %}{% block subject %}Your code{% endblock %}"
        "{% block body %}Here: {{ coupon_code }}{% endblock %}",
    )  # fmt: skip
    assert book.word("welcome", VALUES).subject == "Your code"


def test_a_good_override_is_not_complained_about(tmp_path: Path) -> None:
    book = override(tmp_path, "{% block subject %}Hi{% endblock %}{{ coupon_code }}")
    assert logged(book)[1] == []


def test_a_replaced_base_changes_templates_that_were_not_replaced(tmp_path: Path) -> None:
    book = override(tmp_path, "ACME\n{% block body %}{% endblock %}", "base.txt")
    assert book.word("welcome", VALUES).text.startswith("ACME\n")


def test_an_override_is_mended_without_a_restart(tmp_path: Path) -> None:
    book = override(tmp_path, BROKEN["no subject"])
    book.word("welcome", VALUES)
    override(tmp_path, "{% block subject %}Mended{% endblock %}{{ coupon_code }}")
    assert book.word("welcome", VALUES).subject == "Mended"


def test_a_directory_that_does_not_exist_changes_nothing(tmp_path: Path) -> None:
    assert Phrasebook(tmp_path / "nowhere").word("welcome", VALUES) == OURS


@EVERY_BREAKAGE
def test_a_broken_override_gives_way_to_the_shipped_template(tmp_path: Path, source: str) -> None:
    assert logged(override(tmp_path, source))[0] == OURS


@EVERY_BREAKAGE
def test_a_broken_override_is_reported_once(tmp_path: Path, source: str) -> None:
    _, logs = logged(override(tmp_path, source))
    assert [(log["event"], log["template"]) for log in logs] == [
        ("mail_template_override_broken", "welcome")
    ]


@EVERY_BREAKAGE
def test_the_report_never_holds_the_coupon_code(tmp_path: Path, source: str) -> None:
    assert CODE not in str(logged(override(tmp_path, source))[1])


def test_a_broken_text_takes_its_good_html_twin_with_it(tmp_path: Path) -> None:
    override(tmp_path, "<p>{{ coupon_code }}</p>", "welcome.html")
    assert logged(override(tmp_path, BROKEN["no subject"]))[0].html == OURS.html


@pytest.mark.parametrize("breakage", ["a syntax error", "a value that does not exist"])
def test_the_report_names_file_and_line(tmp_path: Path, breakage: str) -> None:
    _, logs = logged(override(tmp_path, BROKEN[breakage]))
    assert logs[0]["where"] == f"{tmp_path / 'welcome.txt'}:2"


def test_a_fault_in_the_subject_is_reported_at_its_own_line(tmp_path: Path) -> None:
    source = "{# ours #}\n\n{% block subject %}{{ discount }}{% endblock %}{{ coupon_code }}"
    _, logs = logged(override(tmp_path, source))
    assert logs[0]["where"] == f"{tmp_path / 'welcome.txt'}:3"


def test_a_file_that_is_not_text_gives_way_too(tmp_path: Path) -> None:
    (tmp_path / "welcome.html").write_bytes(b"\xff\xfe\x00")
    assert logged(Phrasebook(tmp_path))[0] == OURS
