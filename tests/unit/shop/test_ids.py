"""Global ids: opaque, typed, and never believed."""

from base64 import b64encode
from uuid import UUID

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id, try_parse
from tests.tables import every

KEY = UUID(int=7)


def test_an_id_is_base64_of_type_and_key() -> None:
    assert global_id(Kind.ORDER, KEY) == b64encode(f"Order:{KEY}".encode()).decode()


@every("kind", list(Kind))
def test_an_id_leads_back_to_its_key(kind: Kind) -> None:
    assert parse_id(kind, global_id(kind, KEY)) == KEY


@every(
    "text",
    [
        "",
        "nonsense",
        "Ünicode",
        b64encode(b"Order").decode(),
        b64encode(b"Order:").decode(),
        b64encode(b"Order:7").decode(),
        b64encode(b"\xff\xfe").decode(),
        global_id(Kind.USER, KEY),
    ],
)
def test_what_is_no_id_of_that_kind_is_none(text: str) -> None:
    assert try_parse(Kind.ORDER, text) is None


def test_a_wrong_id_is_refused_on_its_field() -> None:
    with pytest.raises(Refusal) as refused:
        parse_id(Kind.ORDER, "nonsense", field="orderId")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "orderId")
