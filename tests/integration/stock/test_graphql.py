"""The stock through GraphQL: every ready-made operation, and who may use it."""

import pytest

from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.services.installations import configure
from tests.fakes.host import line
from tests.integration.graphql_extension.operations import operation_files
from tests.integration.stock.desk import (
    BUYER,
    OTHERS,
    STAFF,
    STRANGER,
    Desk,
    asset_id,
    revocation_id,
)
from tests.integration.stock.shelf import bring_in, code_of, from_stock, new_code, row
from tests.tables import every
from tests.world import Shop

EXECUTED = [
    f"stock/{name}.graphql"
    for name in (
        "codes",
        "import-undo",
        "import",
        "mark-redeemed",
        "revocation-confirm",
        "revocation-report-redeemed",
        "revocations",
        "stock",
        "withdraw",
    )
]
CODES = "query ($id: ID!) { bittitanAsset(id: $id) { couponCode couponCodes status } }"


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(from_stock(shop))


@pytest.fixture
def sold(desk: Desk) -> Asset:
    bring_in(desk.shop, row(10), row(15))
    return desk.shop.buy(line(quantity=25))


def test_every_operation_of_the_stock_is_executed_here() -> None:
    assert operation_files("stock") == EXECUTED


def test_codes_are_imported_and_listed_in_full_to_staff(desk: Desk) -> None:
    code = new_code()
    given = {"file": row(25, code=code, rest=",365,9.50 USD,spring"), "name": "spring.csv"}
    done = desk.do("stock/import.graphql", input=given)
    assert (done["new"], done["known"], done["bad"], done["kept"]) == (1, 0, 0, True)
    (edge,) = desk.ask("stock/codes.graphql", where={"state": "AVAILABLE"})["edges"]
    assert edge["node"]["code"] == code
    assert (edge["node"]["note"], edge["node"]["validityDays"]) == ("spring", 365)


def test_a_dry_run_says_what_would_happen(desk: Desk) -> None:
    text = "\n".join([row(25), row(0)])
    said = desk.do("stock/import.graphql", input={"file": text, "mode": "DRY_RUN"})
    assert (said["new"], said["bad"], said["kept"]) == (1, 1, False)
    assert said["badRows"][0]["line"] == 2
    assert desk.ask("stock/codes.graphql")["totalCount"] == 0


def test_a_file_that_is_none_is_an_error_on_file(desk: Desk) -> None:
    said = desk.ask("stock/import.graphql", input={"file": "  \n"})
    assert [(e["field"], e["code"]) for e in said["errors"]] == [("file", "REQUIRED")]


def test_a_file_that_is_too_long_is_refused_unread(desk: Desk) -> None:
    said = desk.ask("stock/import.graphql", input={"file": "x" * 5_000_001})
    assert [(e["field"], e["code"]) for e in said["errors"]] == [("file", "INVALID")]


def test_a_lone_surrogate_is_a_bad_row(desk: Desk) -> None:
    said = desk.do("stock/import.graphql", input={"file": "\ud800,MAILBOX_LICENSE,1,2027-01-01"})
    assert said["bad"] == 1


@pytest.mark.usefixtures("sold")
def test_the_stock_is_summed_up(desk: Desk) -> None:
    bring_in(desk.shop, row(100))
    mailbox, bundle = desk.ask("stock/stock.graphql")
    assert mailbox["free"] == {"codes": 1, "licenses": 100}
    assert mailbox["byExpiryMonth"] == [
        {"begins": "2027-06-01", "amount": {"codes": 1, "licenses": 100}}
    ]
    assert mailbox["soldByWeek"][-1]["amount"] == {"codes": 2, "licenses": 25}
    assert mailbox["daysLeft"] == 112
    assert (bundle["free"]["codes"], bundle["daysLeft"]) == (0, None)


def test_the_buyer_sees_its_codes_one_by_one(desk: Desk, sold: Asset) -> None:
    seen = desk.ask(CODES, BUYER, id=asset_id(sold))
    assert seen["couponCode"] == " ".join(seen["couponCodes"]) == code_of(desk.shop, sold)
    assert len(seen["couponCodes"]) == 2


def test_nobody_else_sees_them(desk: Desk, sold: Asset) -> None:
    assert desk.ask(CODES, STRANGER, id=asset_id(sold)) is None


def test_staff_find_the_codes_and_the_steps_under_revocations(desk: Desk, sold: Asset) -> None:
    desk.shop.cancel(sold, "ordered twice")
    (edge,) = desk.ask("stock/revocations.graphql")["edges"]
    node = edge["node"]
    assert " ".join(code["code"] for code in node["codes"]) == code_of(desk.shop, sold)
    assert node["comment"] == "ordered twice"
    assert node["asset"]["status"] == "AWAITING_REVOCATION"
    assert len(node["steps"]) == 4


def test_staff_confirm_a_revocation(desk: Desk, sold: Asset) -> None:
    desk.shop.cancel(sold)
    done = desk.do("stock/revocation-confirm.graphql", id=revocation_id(desk.shop, sold))
    assert done["revocation"]["state"] == "CONFIRMED"
    assert done["revocation"]["decidedBy"] == STAFF.email
    assert done["asset"]["status"] == "CANCELLED"
    assert len(desk.shop.host.credits) == 1
    assert desk.ask("stock/revocations.graphql")["edges"] == []


def test_staff_report_codes_as_redeemed(desk: Desk, sold: Asset) -> None:
    desk.shop.cancel(sold)
    done = desk.do("stock/revocation-report-redeemed.graphql", id=revocation_id(desk.shop, sold))
    assert (done["asset"]["status"], done["asset"]["couponStatus"]) == ("ACTIVE", "REDEEMED")


def test_deciding_twice_is_refused(desk: Desk, sold: Asset) -> None:
    desk.shop.cancel(sold)
    decided = revocation_id(desk.shop, sold)
    desk.do("stock/revocation-confirm.graphql", id=decided)
    for name in ("confirm", "report-redeemed"):
        said = desk.ask(f"stock/revocation-{name}.graphql", id=decided)
        assert [error["code"] for error in said["errors"]] == ["REQUEST_DECIDED"]


def test_an_id_of_something_else_is_refused(desk: Desk, sold: Asset) -> None:
    said = desk.ask("stock/revocation-confirm.graphql", id=asset_id(sold))
    assert [error["code"] for error in said["errors"]] == ["GRAPHQL_ERROR"]


def test_staff_mark_a_code_as_redeemed(desk: Desk, sold: Asset) -> None:
    done = desk.do("stock/mark-redeemed.graphql", id=asset_id(sold))
    assert done["asset"]["couponStatus"] == "REDEEMED"


@every("viewer", [OTHERS, BUYER])
@every("name", EXECUTED)
def test_every_operation_needs_manage_orders(
    desk: Desk, sold: Asset, name: str, viewer: Viewer
) -> None:
    given = {"id": asset_id(sold), "input": {"file": row(1)}, "reason": "wrong"}
    assert desk.denial(name, viewer, **given) == "PermissionDenied"


def test_staff_withdraw_a_code_and_undo_an_import(desk: Desk) -> None:
    done = desk.do("stock/import.graphql", input={"file": "\n".join([row(25), row(10)])})
    first, _ = desk.ask("stock/codes.graphql")["edges"]
    code = desk.do("stock/withdraw.graphql", id=first["node"]["id"], reason="typed twice")["code"]
    assert (code["state"], code["withdrawnBy"]) == ("WITHDRAWN", STAFF.email)
    assert code["withdrawnReason"] == "typed twice"
    given = {"id": done["importId"], "reason": "the wrong file"}
    would = desk.do("stock/import-undo.graphql", **given, checkOnly=True)
    assert (would["withdrawn"], would["left"]) == (1, 1)
    assert desk.do("stock/import-undo.graphql", **given)["withdrawn"] == 1
    free = desk.ask("stock/codes.graphql", where={"state": "AVAILABLE"})
    assert free["totalCount"] == 0


@pytest.mark.usefixtures("sold")
def test_what_cannot_be_withdrawn_is_an_error_on_its_field(desk: Desk) -> None:
    (node, *_) = [edge["node"] for edge in desk.ask("stock/codes.graphql")["edges"]]
    for id_, reason, field in ((node["id"], "x", "id"), (node["id"], " ", "reason")):
        said = desk.ask("stock/withdraw.graphql", id=id_, reason=reason)
        assert [error["field"] for error in said["errors"]] == [field]


def test_another_shops_revocation_does_not_exist(desk: Desk, sold: Asset) -> None:
    shop = desk.shop
    shop.cancel(sold)
    foreign = revocation_id(shop, sold)
    settings = {"coupon_source": "STOCK"}
    elsewhere = configure(shop.ports, f"{shop.key}-other", settings, active=True)
    other = Desk(Shop(shop.world, shop.sandbox, elsewhere.key, elsewhere.id, shop.host))
    said = other.ask("stock/revocation-confirm.graphql", id=foreign)
    assert [error["code"] for error in said["errors"]] == ["NOT_FOUND"]
