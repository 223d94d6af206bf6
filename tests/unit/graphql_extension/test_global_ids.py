"""Global ids."""

from base64 import b64decode, b64encode
from uuid import UUID

import pytest

from bittitan_graphql.global_ids import ACCOUNT, ASSET, global_id, read_global_id
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from tests.tables import every

KEY = UUID("12345678-1234-5678-1234-567812345678")


def test_an_id_is_base64_of_type_and_key() -> None:
    assert b64decode(global_id(ASSET, KEY)) == b"BitTitanAsset:12345678-1234-5678-1234-567812345678"


def test_an_id_reads_back_as_its_key() -> None:
    assert read_global_id(ASSET, global_id(ASSET, KEY)) == KEY


@every(
    "text",
    [
        "",
        "?",
        "é",
        "QQ",
        "QQ==",
        b64encode(b"\xff\xfe").decode(),
        b64encode(b"BitTitanAsset").decode(),
        b64encode(b"BitTitanAsset:").decode(),
        b64encode(b"BitTitanAsset:1").decode(),
        global_id(ACCOUNT, KEY),
    ],
)
def test_anything_else_is_refused_on_its_field(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_global_id(ASSET, text, field="where.account_id")
    assert (refused.value.code, refused.value.field) == (
        ErrorCode.GRAPHQL_ERROR,
        "where.account_id",
    )
