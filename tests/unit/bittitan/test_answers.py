"""An answer that contradicts the contract or the question is never accepted."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected, Unavailable
from tests.tables import every
from tests.unit.bittitan.samples import (
    COUPON,
    REQUEST,
    ScriptedVendor,
    answer,
    client,
    client_told,
    page,
)

SPOILED = [
    ("code", None),
    ("code", ""),
    ("code", "two words"),
    ("code", "ünïcode"),
    ("id", "../../v1/sessions"),
    ("id", ""),
    ("quantity", "3"),
    ("quantity", 3.0),
    ("quantity", True),
    ("status", "GONE"),
    ("status", "UNKNOWN"),
    ("status", 1),
    ("expires_at", "2026-01-31T00:00:00"),
    ("expires_at", "soon"),
    ("expires_at", 1769817600),
    ("expires_at", "9999-12-31T23:59:59-23:00"),
]
OTHER_THAN_ASKED = [
    ("reference", "asset-2"),
    ("partner_id", "prt_2"),
    ("sku", "OTHER"),
    ("quantity", 4),
    ("expire_days", 31),
    ("validity_days", 366),
]


@every("name, value", [*SPOILED, *OTHER_THAN_ASKED])
def test_issuing_accepts_no_coupon_but_the_one_asked_for(name: str, value: Any) -> None:
    with pytest.raises(OutcomeUnknown, match=name):
        client_told({**COUPON, name: value}, 201).issue(REQUEST)


@every("missing", [name for name in COUPON if name != "updated_at"])
def test_issuing_accepts_no_incomplete_coupon(missing: str) -> None:
    document = {name: value for name, value in COUPON.items() if name != missing}
    with pytest.raises(OutcomeUnknown, match=f"{missing} is missing"):
        client_told(document, 201).issue(REQUEST)


@every("body", [b"", b"{", b"\xff", b"<html></html>", b"[" * 5000])
def test_what_is_not_json_leaves_a_write_open(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown, match="not JSON"):
        client_told(body, 201).issue(REQUEST)


def test_what_is_not_json_makes_a_read_unavailable() -> None:
    with pytest.raises(Unavailable, match="not JSON"):
        client_told(b"<html></html>").coupon("cpn_1")


@every("name, value", SPOILED)
def test_reading_rejects_a_broken_coupon(name: str, value: Any) -> None:
    with pytest.raises(Rejected, match=name) as rejected:
        client_told({**COUPON, name: value}).coupon("cpn_1")
    assert rejected.value.code == "BROKEN_ANSWER"


def test_reading_rejects_another_coupon() -> None:
    with pytest.raises(Rejected, match="another id"):
        client_told({**COUPON, "id": "cpn_2"}).coupon("cpn_1")


def test_looking_up_rejects_a_coupon_of_another_reference() -> None:
    with pytest.raises(Rejected, match="another reference"):
        client_told(page([COUPON])).find("asset-2")


def test_looking_up_takes_a_broken_page_for_a_passing_fault() -> None:
    with pytest.raises(Unavailable):
        client_told(b"{").find("asset-1")


def test_looking_up_finds_the_oldest_wherever_it_stands_in_the_list() -> None:
    newer = {**COUPON, "id": "cpn_2", "created_at": "2026-01-02T00:00:00Z"}
    found = client_told(page([newer, COUPON])).find("asset-1")
    assert found is not None
    assert found.id == "cpn_1"


def test_looking_up_finds_a_broken_coupon_no_reason_to_say_there_is_none() -> None:
    with pytest.raises(Rejected):
        client_told(page([{"reference": "asset-1"}])).find("asset-1")


@pytest.mark.parametrize(
    "change", [{"status": "AVAILABLE"}, {"status": "CANCELLED", "id": "cpn_2"}]
)
def test_cancelling_is_done_only_when_that_coupon_is_said_to_be_cancelled(
    change: dict[str, str],
) -> None:
    with pytest.raises(OutcomeUnknown):
        client_told({**COUPON, **change}).cancel("cpn_1")


def test_a_404_that_is_not_the_contracts_does_not_make_a_coupon_vanish() -> None:
    with pytest.raises(Rejected, match="404"):
        client_told(b"<h1>Not Found</h1>", 404).coupon("cpn_1")


def test_a_partner_of_another_address_is_not_accepted() -> None:
    somebody = {"id": "p", "reference": "r", "email": "other@example.com", "company": "Other"}
    with pytest.raises(Rejected, match="another e-mail address"):
        client_told(page([somebody])).partner("me@example.com")


def test_registering_leaves_the_outcome_open_when_another_partner_is_answered() -> None:
    somebody = {"id": "p", "reference": "r", "email": "other@example.com", "company": "Other"}
    with pytest.raises(OutcomeUnknown):
        client_told(somebody, 201).register_partner(
            reference="r", email="me@example.com", company="Mine"
        )


def test_changed_coupons_are_all_given_before_a_broken_one_is_reported() -> None:
    last = {**COUPON, "id": "cpn_3"}
    changed = client_told(page([COUPON, {"id": "cpn_2"}, last])).changed_since(
        datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert [next(changed).id, next(changed).id] == ["cpn_1", "cpn_3"]
    with pytest.raises(Rejected, match="row 1: reference is missing"):
        next(changed)


def test_an_id_never_reaches_another_path() -> None:
    vendor = ScriptedVendor(lambda _request: answer({}, 404))
    with pytest.raises(Rejected):
        client(vendor).coupon("../sessions?x=1#y")
    assert vendor.asked[-1].url.raw_path == b"/v1/coupons/..%2Fsessions%3Fx%3D1%23y"


def test_a_redirect_is_not_followed() -> None:
    vendor = ScriptedVendor(lambda _request: answer({}, 302, Location="https://elsewhere.example"))
    with pytest.raises(Rejected, match="302"):
        client(vendor).coupon("cpn_1")
    assert {request.url.host for request in vendor.asked} == {"vendor.example"}


def test_an_endless_answer_is_settled() -> None:
    with pytest.raises(OutcomeUnknown):
        client_told(b" " * (5 * 1024 * 1024), 201).issue(REQUEST)
