"""What is sold: quantities, both clocks, and the two product types."""

import pytest

from bittitan_plugin.domain.catalogue import ProductType, check_days, check_quantity
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from tests.tables import every


@pytest.mark.parametrize("quantity", [1, 2, 100_000])
def test_a_whole_number_of_licences_can_be_ordered(quantity: int) -> None:
    assert check_quantity(quantity) == quantity


@every("quantity", [0, -1, 100_001, 1.0, 2.5, True, "3", None])
def test_any_other_quantity_is_refused_on_its_own_field(quantity: int) -> None:
    with pytest.raises(Refusal) as refused:
        check_quantity(quantity, name="lines[1].quantity")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "lines[1].quantity")


@pytest.mark.parametrize("days", [1, 365, 3650])
def test_a_clock_runs_for_one_to_3650_whole_days(days: int) -> None:
    assert check_days(days, name="expireDays") == days


@every("days", [0, -1, 3651, 365.0, True, "365", None])
def test_any_other_length_is_refused_on_its_own_field(days: int) -> None:
    with pytest.raises(Refusal) as refused:
        check_days(days, name="expireDays")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "expireDays")


@pytest.mark.parametrize(
    ("kind", "label", "slug"),
    [
        (
            ProductType.MAILBOX_LICENSE,
            "BitTitan Mailbox License",
            "bittitan-mailbox-license",
        ),
        (
            ProductType.USER_MIGRATION_BUNDLE,
            "BitTitan User Migration Bundle",
            "bittitan-user-migration-bundle",
        ),
    ],
)
def test_product_types_have_bittitans_spelling_and_a_slug(
    kind: ProductType, label: str, slug: str
) -> None:
    assert (kind.label, kind.slug) == (label, slug)


@every("kind", ProductType)
def test_a_product_type_is_found_by_its_slug(kind: ProductType) -> None:
    assert ProductType.from_slug(kind.slug) is kind


@pytest.mark.parametrize("slug", ["", "t-shirt", "MAILBOX_LICENSE", "Bittitan-Mailbox-License"])
def test_other_slugs_are_not_ours(slug: str) -> None:
    assert ProductType.from_slug(slug) is None
