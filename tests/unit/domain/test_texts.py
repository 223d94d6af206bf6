"""Names, searches and secrets: which texts are taken, and how errors repeat them."""

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import (
    LONGEST_NAME,
    LONGEST_SEARCH,
    as_line,
    check_line,
    check_search,
    check_typed,
    is_line,
    is_text,
    quoted,
    seen,
    shortened,
    whole_number,
)
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


#: Right-to-left override, isolate, zero-width space, joiner, byte order mark, soft hyphen.
UNSEEN = ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad"]


@every("character", UNSEEN)
def test_what_is_not_seen_makes_no_other_name_of_one(character: str) -> None:
    assert check_line(f"Fabri{character}kam{character}", "name") == "Fabrikam"
    assert check_search(f"{character}Fabri{character}kam", "search") == "Fabrikam"
    assert not is_line(f"Fabri{character}kam")


@every("text", UNSEEN)
def test_a_name_of_nothing_that_is_seen_is_none(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_line(text, "name")
    assert refused.value.code is ErrorCode.REQUIRED


@every(
    "text",
    [
        "Größe",
        "株式会社",
        "می\u200cخواهم",
        "क\u094d\u200dष",
        "a\u00a0b",
        "a\u3000b",
        "İ",
        "e\u0301",
    ],
)
def test_letters_of_every_script_are_seen_and_so_are_joiners_between_those_that_join(
    text: str,
) -> None:
    assert check_line(text, "name") == text
    assert is_line(text)


@every("text", ["a\0b", "a\nb", "\ud800", "a\u2028b", "x" * (LONGEST_SEARCH + 1)])
def test_a_search_for_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_search(text, "search")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "search")


@every("character", [*UNSEEN, "\0", "\ud800", "\n"])
def test_a_secret_with_what_is_not_seen_is_refused_and_the_character_named(character: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_typed(f"correct{character}horse", "password")
    assert refused.value.field == "password"
    assert f"U+{ord(character):04X}" in refused.value.message
    assert "horse" not in refused.value.message


def test_a_comment_may_have_lines() -> None:
    assert is_text("one\r\n\ttwo")
    assert not any(map(is_text, ["a\0b", "\udfff", "a\u2029b"]))


@every("value", ["x" * 5000, "\ud800" * 5000, "\u202e" * 300, 10**4000])
def test_an_error_repeats_no_more_of_what_was_sent_than_can_be_read(value: object) -> None:
    said = quoted(value)
    assert len(said) <= 103
    assert is_line(said)


def test_a_message_of_others_keeps_its_beginning_and_its_end() -> None:
    assert shortened("It is wrong.") == "It is wrong."
    said = shortened(f"Got {'x' * 5000}; that is no number.")
    assert said.startswith("Got x")
    assert said.endswith("that is no number.")
    assert len(said) < 200


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("-1", -1), ("", None), ("1.0", None), ("9" * 10, None), ("9" * 5000, None),
     ("\u0661", None), (" 1", None)],
)  # fmt: skip
def test_a_whole_number_is_read_where_a_form_says_one(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("said", "line"),
    [("Contoso", "Contoso"), ("Fabri\u202ekam\u200b", "Fabrikam"), (" a\tb\nc ", "a b c"),
     ("a\ud800b\0", "a b"), ("x" * 256, "x" * 255), ("x" * 254 + " y", "x" * 254), ("", ""),
     ("می\u200cخواهم", "می\u200cخواهم")],
)  # fmt: skip
def test_a_name_that_another_system_took_becomes_a_line_and_is_never_refused(
    said: str, line: str
) -> None:
    assert as_line(said) == line
    assert is_line(as_line(said))


def test_what_can_be_no_text_is_left_for_the_rules_to_refuse() -> None:
    assert seen("a\0\ud800\u200b") == "a\0\ud800"
