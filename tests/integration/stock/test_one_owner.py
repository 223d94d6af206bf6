"""One code, one coupon, one asset: at the coupon API, in stock, and between the two."""

import secrets
from dataclasses import replace
from itertools import cycle
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from bittitan_plugin.base.cipher import Cipher, fingerprint, generate_key
from bittitan_plugin.bittitan.sandbox import ledger
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.problems import Problem, ProblemKind
from bittitan_plugin.services.coupons.code_claims import CodeTaken, claim_coupon
from bittitan_plugin.services.coupons.coupon_status import follow
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.store.repositories.claims import Claim
from bittitan_plugin.store.tables import ClaimRow
from tests.fakes.host import line
from tests.integration.stock.shelf import bring_in, code_of, from_stock, new_code, row, templates
from tests.tables import every
from tests.world import Shop


def gives(shop: Shop, monkeypatch: pytest.MonkeyPatch, *codes: str) -> None:
    """From now on the vendor gives these codes in turn."""
    given = cycle(codes)
    monkeypatch.setattr(shop.sandbox.sandbox._ledger, "_new_code", lambda: next(given))


class SameIds:
    """Draws letters, but gives every coupon one id."""

    choice = staticmethod(secrets.choice)

    def token_hex(self, _size: int) -> str:
        return "same"


def the_problem(shop: Shop) -> Problem:
    (problem,) = shop.problems()
    return problem


@pytest.fixture
def sold(shop_by_hand: Shop) -> Asset:
    return shop_by_hand.buy(line())


def second(shop: Shop, monkeypatch: pytest.MonkeyPatch, code: str) -> Asset:
    """One more sale, for which the vendor gives that code."""
    gives(shop, monkeypatch, code)
    return shop.buy(line())


def test_a_code_that_was_given_to_another_order_is_not_delivered(
    shop_by_hand: Shop, sold: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_by_hand
    asset = second(shop, monkeypatch, code_of(shop, sold))
    assert (asset.has_coupon, asset.coupon_code) == (False, None)
    assert asset.provisioning_status is ProvisioningStatus.FAILED
    assert templates(shop).count("welcome") == 1


def test_staff_see_one_problem_that_names_both(
    shop_by_hand: Shop, sold: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_by_hand
    asset = second(shop, monkeypatch, code_of(shop, sold))
    problem = the_problem(shop)
    assert problem.kind is ProblemKind.COUPON_MISMATCH
    for each in (asset, sold):
        assert each.order_number in problem.message
        assert str(each.id) in problem.message
    assert code_of(shop, sold) not in problem.message


def test_the_buyer_is_told_nothing_of_the_other(
    shop_by_hand: Shop, sold: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = second(shop_by_hand, monkeypatch, code_of(shop_by_hand, sold))
    assert asset.provisioning_error is not None
    assert asset.provisioning_error.code is ErrorCode.UNIQUE
    assert sold.order_number not in asset.provisioning_error.message


def test_however_the_code_is_written_it_is_the_same(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gives(shop_by_hand, monkeypatch, "MW-AB12-CD34")
    shop_by_hand.buy(line())
    for spelling in ("mw-ab12-cd34", "MWAB12CD34", "MW AB12 CD34", "MW\u2013AB12\u2011CD34"):
        assert not second(shop_by_hand, monkeypatch, spelling).has_coupon


def test_a_coupon_id_that_another_order_has_is_not_taken_over(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "secrets", SameIds())
    first, other = shop_by_hand.buy(line()), shop_by_hand.buy(line())
    assert (first.has_coupon, other.has_coupon) == (True, False)
    assert first.order_number in the_problem(shop_by_hand).message


def test_cancelling_the_second_leaves_the_first_its_coupon(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gives(shop_by_hand, monkeypatch, new_code())
    shop_by_hand.buy(line())
    other = shop_by_hand.cancel(shop_by_hand.buy(line()))
    assert other.status is AssetStatus.CANCELLED
    statuses = [coupon.status for coupon in shop_by_hand.sandbox.sandbox.ledger()]
    assert statuses == [CouponStatus.AVAILABLE] * 2


def test_nor_is_it_revoked_as_one_too_many_when_the_list_is_read(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gives(shop_by_hand, monkeypatch, new_code())
    shop_by_hand.buy(line())
    shop_by_hand.cancel(shop_by_hand.buy(line()))
    follow(shop_by_hand.tenant)
    statuses = [coupon.status for coupon in shop_by_hand.sandbox.sandbox.ledger()]
    assert statuses == [CouponStatus.AVAILABLE] * 2


def test_once_the_vendor_gives_another_code_it_is_delivered_and_the_problem_closes(
    shop_by_hand: Shop, sold: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_by_hand
    asset = second(shop, monkeypatch, code_of(shop, sold))
    books = shop.sandbox.sandbox._ledger._coupons
    wrong = next(coupon for coupon in books.values() if coupon.reference == asset.reference)
    books[wrong.id] = replace(wrong, code=new_code())
    assert shop.synchronize(asset).has_coupon
    assert shop.problems() == []


def test_a_code_that_the_api_issued_cannot_be_imported_and_sold_again(
    shop_by_hand: Shop, sold: Asset
) -> None:
    shop = from_stock(shop_by_hand)
    code = code_of(shop, sold)
    for mode in (ImportMode.DRY_RUN, ImportMode.GOOD_ROWS):
        report = bring_in(shop, row(code=code.lower()), row(), mode=mode)
        assert (report.new, report.bad) == (1, 1)
        assert report.reasons[0].line == 1
        assert "cannot be sold again" in report.reasons[0].reason
        assert code not in report.reasons[0].reason


@every("sold_before", [True, False])
def test_a_code_in_stock_is_not_delivered_when_the_api_gives_it(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch, sold_before: bool
) -> None:
    shop, code = from_stock(shop_by_hand), new_code()
    bring_in(shop, row(25, code=code))
    owner = shop.buy(line(quantity=25)) if sold_before else None
    shop.configure(coupon_source="API")
    asset = second(shop, monkeypatch, code)
    assert not asset.has_coupon
    expected = owner.order_number if owner else "unsold code"
    assert any(expected in problem.message for problem in shop.problems())


def test_the_same_code_in_two_spellings_is_one_row_of_a_file(shop_by_hand: Shop) -> None:
    shop = from_stock(shop_by_hand)
    report = bring_in(shop, row(code="MW-AB12-CD34"), row(code="mwab12cd34"))
    assert (report.new, report.known) == (1, 1)


def test_a_code_has_the_same_digest_after_the_keys_were_rotated() -> None:
    old, new = generate_key(), generate_key()
    sealed = Cipher([old]).seal("what codes are marked with")
    renewed = Cipher([new, old]).renewed(sealed)
    assert renewed is not None
    marks = {
        fingerprint(cipher.open(secret), "MW-AB12-CD34")
        for cipher, secret in ((Cipher([old]), sealed), (Cipher([new]), renewed))
    }
    assert len(marks) == 1


@pytest.mark.databases("sqlite", "postgresql")
def test_the_database_itself_lets_one_owner_claim_a_code(shop: Shop) -> None:
    with shop.tenant.writing() as work:
        assert work.claims.claim([Claim(subject="code:x", asset_id=uuid4())]) == []
        work.session.add(ClaimRow(installation_id=shop.id, subject="code:x", asset_id=uuid4()))
        with pytest.raises(IntegrityError):
            work.session.flush()
        work.session.rollback()


@pytest.mark.databases("sqlite", "postgresql")
def test_whoever_claims_second_is_told_who_was_first(shop: Shop) -> None:
    first, other = uuid4(), uuid4()
    with shop.tenant.writing() as work:
        claim_coupon(work, first, "cpn_1", "aa")
        claim_coupon(work, first, "cpn_1", "aa")
    with shop.tenant.writing() as work, pytest.raises(CodeTaken) as taken:
        claim_coupon(work, other, "cpn_1", "bb")
    assert taken.value.claim.asset_id == first
