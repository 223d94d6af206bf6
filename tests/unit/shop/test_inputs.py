"""What texts, addresses, slugs and metadata are let in."""

import pytest

from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.platforms.shop.inputs import (
    MOST_METADATA,
    check_email,
    check_metadata,
    check_slug,
    slug_of,
)
from tests.tables import every


def field_of(refused: pytest.ExceptionInfo[Refusal]) -> str | None:
    return refused.value.field


def test_an_address_is_kept_in_lower_case() -> None:
    assert check_email("Buyer@Example.COM") == "buyer@example.com"


@every("text", ["", "buyer", "@example.com", "buyer@", "a@b@c", "a b@c.d", "a@b,c"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_email(text)
    assert field_of(refused) == "email"


@every("text", ["Upper", "two words", "-edge", "double--hyphen", "ü"])
def test_what_is_no_slug_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_slug(text)
    assert field_of(refused) == "slug"


@pytest.mark.parametrize(
    ("name", "slug"), [("BitTitan Mailbox License", "bittitan-mailbox-license"), ("Ü & Ö", "")]
)
def test_a_slug_is_made_of_what_a_name_has_to_offer(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_an_empty_metadata_value_is_dropped() -> None:
    assert check_metadata([("a", "1"), ("b", "")], "metadata") == {"a": "1"}


def test_a_senseless_metadata_value_is_refused_on_its_place() -> None:
    with pytest.raises(Refusal) as refused:
        check_metadata([("a", "1"), ("b", "x" * 256)], "metadata")
    assert field_of(refused) == "metadata[1].value"


def test_too_much_metadata_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        check_metadata([(f"key{n}", "1") for n in range(MOST_METADATA + 1)], "metadata")
    assert field_of(refused) == "metadata"
