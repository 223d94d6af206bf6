"""Names and article numbers: one line, not too long."""

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import LONGEST_NAME, check_line
from tests.tables import every


@pytest.mark.parametrize(("text", "kept"), [("Mailbox", "Mailbox"), ("  Größe  ", "Größe")])
def test_a_line_is_kept_without_surrounding_blanks(text: str, kept: str) -> None:
    assert check_line(text, "name") == kept


def test_a_line_may_have_255_characters() -> None:
    assert len(check_line("x" * LONGEST_NAME, "name")) == 255


@pytest.mark.parametrize("text", [None, "", "   ", "\n"])
def test_nothing_is_not_a_line(text: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        check_line(text, "name")
    assert (refused.value.code, refused.value.field) == (ErrorCode.REQUIRED, "name")


@every("text", ["x" * 256, "a\nb", "a\0b", "a\tb", "\udc80"])
def test_anything_else_is_refused_on_its_field(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_line(text, "name")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "name")
