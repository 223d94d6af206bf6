"""docs/reference/email-templates.md tells of every e-mail that is declared, as it is declared."""

from pathlib import Path

from bittitan_plugin.domain.emails import EMAILS
from tests.tables import every
from tests.unit.mail.reference import page, section

WRITTEN = (Path(__file__).parents[3] / "docs" / "reference" / "email-templates.md").read_text(
    encoding="utf-8"
)


def test_the_page_of_emails_is_as_they_are_declared() -> None:
    assert page() == WRITTEN, "docs/reference/email-templates.md is out of date: make format"


@every("template", sorted(EMAILS))
def test_it_is_said_to_whom_and_when_an_email_goes(template: str) -> None:
    kind = EMAILS[template]
    assert kind.to
    assert f"When: {kind.__name__}(" not in section(kind), "it has no docstring"
