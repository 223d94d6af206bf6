"""The client and the sandbox, over a real socket, when all goes well."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.bittitan.sandbox import SandboxServer, broken_rows, large_catalogue
from bittitan_plugin.domain.coupons import Coupon, CouponStatus
from bittitan_plugin.domain.errors import Rejected, Unavailable
from bittitan_plugin.ports.vendor import BrokenRow, CouponRequest, CouponVendor, VendorProduct
from tests.sandbox_fixtures import MakeClient
from tests.tables import every


def request(api: CouponApi, reference: str = "asset-1", **changes: Any) -> CouponRequest:
    partner = api.register_partner(
        reference="account-1", email="buyer@example.com", company="Buyer"
    )
    sound = CouponRequest(
        reference=reference,
        partner_id=partner.id,
        sku="UMB",
        quantity=3,
        expire_days=30,
        validity_days=365,
    )
    return replace(sound, **changes)


@pytest.fixture
def coupon(coupon_api: CouponApi) -> Coupon:
    return coupon_api.issue(request(coupon_api))


def test_the_client_is_what_the_port_asks_for(coupon_api: CouponApi) -> None:
    vendor: CouponVendor = coupon_api
    vendor.check()


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"email": "nobody@example.com"}], ids=["password", "email"]
)
def test_wrong_credentials_are_rejected_with_a_cause(
    make_client: MakeClient, wrong: dict[str, str]
) -> None:
    with pytest.raises(Rejected) as rejected:
        make_client(**wrong).check()
    assert (rejected.value.code, rejected.value.field) == ("INVALID_CREDENTIALS", "api_password")


def test_an_address_where_nobody_listens_is_unavailable(make_client: MakeClient) -> None:
    with pytest.raises(Unavailable):
        make_client("http://127.0.0.1:1").check()


def test_an_address_with_something_else_behind_it_is_rejected_on_api_url(
    sandbox: SandboxServer, make_client: MakeClient
) -> None:
    with pytest.raises(Rejected) as rejected:
        make_client(f"{sandbox.url}/elsewhere").check()
    assert rejected.value.field == "api_url"


def test_the_product_list_comes_whole(coupon_api: CouponApi, sandbox: SandboxServer) -> None:
    sandbox.sandbox.products = large_catalogue(250)
    skus = [row.sku for row in coupon_api.products() if isinstance(row, VendorProduct)]
    assert skus == [row["sku"] for row in sandbox.sandbox.products]


def test_broken_rows_are_reported_beside_the_sound_ones(
    coupon_api: CouponApi, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.products = [*large_catalogue(2), *broken_rows()]
    rows = list(coupon_api.products())
    assert [row.position for row in rows if isinstance(row, BrokenRow)] == list(range(2, 8))


def test_a_partner_is_found_by_its_address_once_registered(coupon_api: CouponApi) -> None:
    assert coupon_api.partner("a@example.com") is None
    partner = coupon_api.register_partner(reference="r", email="a@example.com", company="A")
    assert coupon_api.partner("A@Example.com") == partner


def test_registering_again_gives_the_same_partner(coupon_api: CouponApi) -> None:
    partners = {
        coupon_api.register_partner(reference=reference, email="a@example.com", company="A").id
        for reference in ("r", "r", "other")
    }
    assert len(partners) == 1


def test_an_issued_coupon_is_as_asked(coupon: Coupon) -> None:
    assert (coupon.reference, coupon.quantity, coupon.status) == (
        "asset-1",
        3,
        CouponStatus.AVAILABLE,
    )
    assert timedelta(days=29) < coupon.expires_at - datetime.now(UTC) <= timedelta(days=30)


def test_issuing_again_gives_the_same_coupon(coupon_api: CouponApi, coupon: Coupon) -> None:
    assert coupon_api.issue(request(coupon_api)) == coupon


def test_issuing_other_content_under_a_reference_is_rejected(
    coupon_api: CouponApi, coupon: Coupon
) -> None:
    with pytest.raises(Rejected) as rejected:
        coupon_api.issue(request(coupon_api, quantity=coupon.quantity + 1))
    assert rejected.value.code == "REFERENCE_CONFLICT"


@every(
    "change, code, field",
    [
        ({"sku": "NONE"}, "UNKNOWN_SKU", "sku"),
        ({"partner_id": "prt_none"}, "UNKNOWN_PARTNER", "partner_id"),
        ({"quantity": 0}, "INVALID", "quantity"),
        ({"quantity": 100_001}, "INVALID", "quantity"),
        ({"expire_days": 0}, "INVALID", "expire_days"),
        ({"validity_days": 3651}, "INVALID", "validity_days"),
    ],
)
def test_a_request_that_cannot_be_met_is_rejected_on_its_field(
    coupon_api: CouponApi, change: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        coupon_api.issue(request(coupon_api, **change))
    assert (rejected.value.code, rejected.value.field) == (code, field)


def test_a_coupon_is_found_by_reference_and_by_id(coupon_api: CouponApi, coupon: Coupon) -> None:
    assert coupon_api.find("asset-1") == coupon
    assert coupon_api.coupon(coupon.id) == coupon


def test_what_was_never_issued_is_not_found(coupon_api: CouponApi) -> None:
    assert coupon_api.find("asset-none") is None
    assert coupon_api.coupon("cpn_none") is None


def test_a_redeemed_coupon_is_seen_no_more(
    coupon_api: CouponApi, coupon: Coupon, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.redeem(coupon.id)
    assert coupon_api.find("asset-1") is None
    assert coupon_api.coupon(coupon.id) is None


def test_an_expired_coupon_is_seen_no_more(
    coupon_api: CouponApi, coupon: Coupon, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.clock.advance(timedelta(days=30, seconds=1))
    assert coupon_api.coupon(coupon.id) is None


def test_cancelling_twice_succeeds_twice(coupon_api: CouponApi, coupon: Coupon) -> None:
    cancelled = [coupon_api.cancel(coupon.id).status for _ in range(2)]
    assert cancelled == [CouponStatus.CANCELLED] * 2


def test_a_redeemed_coupon_cannot_be_cancelled(
    coupon_api: CouponApi, coupon: Coupon, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.redeem(coupon.id)
    with pytest.raises(Rejected) as rejected:
        coupon_api.cancel(coupon.id)
    assert rejected.value.code == "COUPON_REDEEMED"


def test_an_expired_coupon_cannot_be_cancelled(
    coupon_api: CouponApi, coupon: Coupon, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.clock.advance(timedelta(days=31))
    with pytest.raises(Rejected) as rejected:
        coupon_api.cancel(coupon.id)
    assert rejected.value.code == "COUPON_EXPIRED"


def test_a_coupon_that_never_was_cannot_be_cancelled(coupon_api: CouponApi) -> None:
    with pytest.raises(Rejected) as rejected:
        coupon_api.cancel("cpn_none")
    assert rejected.value.code == "NOT_FOUND"


def test_changes_are_listed_since_an_instant(
    coupon_api: CouponApi, coupon: Coupon, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.clock.advance(timedelta(hours=1))
    since = sandbox.sandbox.clock.now()
    later = coupon_api.issue(request(coupon_api, "asset-2"))
    assert list(coupon_api.changed_since(since)) == [later]
    assert list(coupon_api.changed_since(since - timedelta(hours=2))) == [coupon, later]


def test_more_changes_than_a_page_holds_are_all_listed(
    coupon_api: CouponApi, sandbox: SandboxServer
) -> None:
    since = sandbox.sandbox.clock.now()
    issued = [coupon_api.issue(request(coupon_api, f"asset-{n}")).id for n in range(105)]
    assert [coupon.id for coupon in coupon_api.changed_since(since)] == issued


def test_a_lapsed_ticket_is_replaced_without_anyone_noticing(
    coupon_api: CouponApi, coupon: Coupon, sandbox: SandboxServer
) -> None:
    sandbox.sandbox.clock.advance(timedelta(hours=2))
    assert coupon_api.cancel(coupon.id).status is CouponStatus.CANCELLED
    assert sandbox.sandbox.sessions.granted == 2
