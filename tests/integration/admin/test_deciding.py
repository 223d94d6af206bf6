"""What staff do about assets and requests: once, on terms that were shown, never on an old page."""

from uuid import UUID

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.requests import RequestState
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.portal.browsing import Visitor
from tests.tables import every
from tests.world import STAFF


def at(key: UUID) -> str:
    return f"/admin/assets/detail?pk={key}"


def cancel(key: UUID) -> str:
    """Where the question before a cancellation stands."""
    return f"/admin/assets/{key}/cancel"


def test_an_asset_tells_all_there_is_to_it(office: BackOffice) -> None:
    key = office.sold(25, friendly_name="Fabrikam move")
    words = told(office.staff().open(at(key)))
    for said in ("Fabrikam move", "350.00 USD", "Can be cancelled before", "Welcome e-mail", "365"):
        assert said in words


def test_a_redemption_that_bittitan_never_told_is_shown_as_inferred(office: BackOffice) -> None:
    key, now = office.sold(), office.shop.ports.clock()
    with office.shop.tenant.writing() as work:
        work.assets.change(
            key, lambda a: a.coupon_became(CouponStatus.REDEEMED, inferred_at=now), STAFF, now
        )
    assert "inferred: BitTitan no longer lists it" in told(office.staff().open(at(key)))


def test_its_code_is_masked_until_it_is_asked_for(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    sealed = office.asset(key).coupon_code
    assert sealed is not None
    code = office.shop.ports.cipher.open(sealed)
    page = staff.open(at(key))
    assert code not in page.answer.text
    assert code[-4:] in page.text
    assert code in told(staff.send(page.form("/code")))


def test_cancelling_takes_the_coupon_back_and_credits_once(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    form = staff.open(cancel(key)).form("/cancel")
    page = staff.send(form, comment="bought twice")
    assert "being executed" in page.text
    office.shop.settle()
    asset = office.asset(key)
    assert (asset.status, asset.coupon_status) == (AssetStatus.CANCELLED, "CANCELLED")
    assert asset.credit_invoice is not None
    assert cancel(key) not in staff.open(at(key)).links


def test_the_same_form_from_two_tabs_cancels_once_and_tells_the_second(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    form = staff.open(cancel(key)).form("/cancel")
    staff.send(form)
    page = staff.send(form)
    assert "Nothing was done, because this page was out of date" in page.text
    assert "Status: Active → Cancelling" in page.text
    office.shop.settle()
    assert office.asset(key).credit_invoice is not None


def test_a_page_that_grew_old_says_what_changed_and_does_nothing(office: BackOffice) -> None:
    key, first, second = office.sold(), office.staff(), office.staff()
    form = first.open(cancel(key)).form("/cancel")
    page = second.open(at(key))
    second.send(page.form("/edit"), friendly_name="Renamed meanwhile")
    page = first.send(form)
    assert "Renamed meanwhile" in page.text
    assert office.asset(key).status is AssetStatus.ACTIVE


def test_too_late_is_said_instead_of_a_button(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    office.shop.world.clock.advance(days=16)
    staff = office.staff()
    page = staff.open(at(key))
    assert "that ended before" in page.text
    assert cancel(key) not in page.links
    assert "that ended before" in staff.open(cancel(key)).text


def test_resending_twice_with_one_click_sends_one_message(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    before = {sent.key for sent in office.storefront.emails}
    form = staff.open(at(key)).form("/resend")
    staff.send(form)
    staff.send(form)
    assert len({sent.key for sent in office.storefront.emails} - before) == 1


def test_bad_days_are_refused_in_words_and_nothing_is_kept(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    page = staff.open(at(key))
    page = staff.send(page.form("/edit"), friendly_name="x" * 300)
    assert "255" in page.text
    assert office.asset(key).friendly_name is None


@pytest.fixture
def staff(office: BackOffice) -> Visitor:
    """Who may do everything."""
    return office.staff()


@every("kind", ["assets", "cancellation-requests", "accounts", "orders", "products", "problems"])
@every("pk", ["", "nonsense", str(UUID(int=7)), "1' OR '1'='1"])
def test_what_is_not_there_is_said_to_be_not_there(staff: Visitor, kind: str, pk: str) -> None:
    assert staff.open(f"/admin/{kind}/detail?pk={pk}").status == 404


@pytest.mark.parametrize("what", ["synchronize", "resend", "edit", "cancel", "code"])
def test_nothing_can_be_done_about_an_asset_that_is_not_there(
    office: BackOffice, what: str
) -> None:
    key, staff = office.sold(), office.staff()
    form = staff.open(at(key)).form("/synchronize")
    answer = staff.request("POST", f"/admin/assets/nonsense/{what}", data=form.fields)
    assert answer.status_code == 404


# Requests


def decide(key: UUID) -> str:
    return f"/admin/cancellation-requests/detail?pk={key}"


def test_a_waiting_request_is_announced_on_every_page(office: BackOffice) -> None:
    office.asked(office.sold())
    assert "for a decision" in office.staff().open("/admin/settings").text


def test_it_is_not_announced_to_who_cannot_decide(office: BackOffice) -> None:
    office.asked(office.sold())
    staff = office.staff(Permission.MANAGE_PLUGINS)
    assert "for a decision" not in staff.open("/admin/settings").text


def test_accepting_executes_the_cancellation(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    asked = office.asked(key)
    page = staff.open(decide(asked.id))
    assert "too many" in page.text
    question = staff.open(f"/admin/cancellation-requests/{asked.id}/accept")
    assert "350.00 USD" in question.text
    staff.send(question.form("/accept"))
    office.shop.settle()
    assert office.asset(key).status is AssetStatus.CANCELLED


def test_refusing_needs_a_reason(office: BackOffice) -> None:
    staff, asked = office.staff(), office.asked(office.sold())
    form = staff.open(decide(asked.id)).form("/refuse")
    assert "Say why" in staff.send(form, comment="  ").text
    assert office.read(lambda work: work.requests.get(asked.id).state) is RequestState.PENDING


def test_a_refusal_keeps_the_sale_and_tells_the_reason(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    asked = office.asked(key)
    page = staff.send(staff.open(decide(asked.id)).form("/refuse"), comment="Used already")
    assert "Used already" in page.text
    assert office.asset(key).status is AssetStatus.ACTIVE


def test_who_decides_second_is_told_what_was_decided(office: BackOffice) -> None:
    staff, asked = office.staff(), office.asked(office.sold())
    question = staff.open(f"/admin/cancellation-requests/{asked.id}/accept")
    staff.send(staff.open(decide(asked.id)).form("/refuse"), comment="Used already")
    assert "has been refused" in staff.send(question.form("/accept")).text
