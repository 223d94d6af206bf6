"""How our errors are told to GraphQL clients."""

import pytest

from bittitan_graphql.errors import (
    BitTitanAssetError,
    PermissionDenied,
    camel_case,
)
from bittitan_plugin.domain.errors import BitTitanError, ErrorCode, Refusal
from tests.tables import every


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("quantity", "quantity"),
        ("friendly_name", "friendlyName"),
        ("lines[1].unit_price.amount", "lines[1].unitPrice.amount"),
        ("api_v2_url", "apiV2Url"),
    ],
)
def test_a_field_is_named_as_clients_write_it(ours: str, theirs: str) -> None:
    assert camel_case(ours) == theirs


@every("code", ErrorCode)
def test_every_code_of_the_domain_reaches_clients(code: ErrorCode) -> None:
    (error,) = BitTitanAssetError.of(Refusal(code, "Because."))
    assert error.code is code


def test_an_error_of_no_known_kind_is_not_dressed_up() -> None:
    with pytest.raises(BitTitanError):
        BitTitanAssetError.of(BitTitanError("a bug"))


def test_a_missing_permission_is_coded_as_saleor_does() -> None:
    error = PermissionDenied("the permission MANAGE_ORDERS")
    assert error.extensions == {"exception": {"code": "PermissionDenied"}}
