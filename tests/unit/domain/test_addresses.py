"""E-mail addresses: judged where they enter, and never led to another domain."""

import pytest

from bittitan_plugin.domain.addresses import check_address, is_address, normalized
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from tests.tables import every


def test_an_address_is_kept_without_blanks_and_in_lower_case() -> None:
    assert check_address("  Buyer@Example.COM ", "email") == "buyer@example.com"


@every("text", ["a@b", "a.b+c@d.example", "licenses@localhost", "o'brien@xn--mller-kva.example"])
def test_a_plausible_address_is_one(text: str) -> None:
    assert is_address(text)


@every("text", ["", "a", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "a@b,c@d", "a;@b"])
def test_anything_else_is_none(text: str) -> None:
    assert not is_address(text)


@every(
    "typed, kept",
    [
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("info@STRAẞE.example", "info@xn--strae-oqa.example"),
        ("info@faß.example", "info@xn--fa-hia.example"),
        ("info@Müller.example", "info@xn--mller-kva.example"),
        ("info@mu\u0308ller.example", "info@xn--mller-kva.example"),
        ("info@xn--mller-kva.example", "info@xn--mller-kva.example"),
    ],
)
def test_a_domain_in_another_script_is_kept_in_the_form_mail_goes_to(typed: str, kept: str) -> None:
    assert (check_address(typed, "email"), normalized(typed)) == (kept, kept)


@every(
    "typed",
    [
        "info@ｅｘａｍｐｌｅ.example",
        "info@exam\u00adple.example",
        "info@exam\u200bple.example",
        "info@☃.example",
        "info@exam_ple.example",
        "info@-example.example",
        "info@example.example.",
        "info@example..example",
        "info@xn--.example",
        "jörg@example.com",
        ".info@example.com",
        "in..fo@example.com",
        f"info@{'a' * 64}.example",
        f"{'a' * 65}@example.com",
    ],
)
def test_what_cannot_be_written_to_is_refused_where_it_enters(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_address(typed, "end_customer.email")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "end_customer.email")


@every("setting", ["sender_email", "staff_email", "api_email"])
def test_a_setting_that_cannot_be_written_to_is_refused_on_its_name(setting: str) -> None:
    with pytest.raises(Refusal) as refused:
        Configuration().changed(setting, "info@exam\u00adple.example")
    assert refused.value.field == setting
