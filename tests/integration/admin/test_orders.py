"""An order's page tells what is so, asks before harm, and offers only what does something."""

import re
from uuid import UUID

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.account_credit import AccountCredit
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.portal.browsing import Page, Visitor
from tests.tables import every

BY = Actor(ActorKind.STAFF, "staff@example.com")


def drafted(office: BackOffice, quantity: int = 10) -> UUID:
    """A draft at 14.00 USD a licence."""
    shop = office.storefront
    return parse_id(Kind.ORDER, shop.draft(shop.reseller, quantity))


def on_account(office: BackOffice, limit: str | None = None) -> None:
    credit = AccountCredit(allowed=True, limit=Money.of(limit, "USD") if limit else None)
    office.storefront.platform.account_credits.set(office.storefront.reseller.id, credit, by=BY)


def page_of(staff: Visitor, key: UUID) -> Page:
    return staff.open(f"/admin/orders/detail?pk={key}")


def execute(staff: Visitor, key: UUID, invoicing: str = "NOW") -> Page:
    return staff.send(page_of(staff, key).form("/execute"), invoicing=invoicing)


def ask(staff: Visitor, key: UUID, what: str) -> Page:
    """The question before an act."""
    return staff.open(f"/admin/orders/{key}/{what}")


def actions(page: Page) -> set[str]:
    """What the page offers to do."""
    offered = {form.action.rpartition("/")[2] for form in page.forms} - {"sign-out"}
    asked = {link.rpartition("/")[2] for link in page.links if link.endswith("paid")}
    asked |= {link.rpartition("/")[2] for link in page.links if link.endswith(("cancel", "back"))}
    return {name for name in offered | asked if name in {"execute", "paid", "cancel", "pay-back"}}


@every("invoicing", ["NOW", "NEXT_BILLING_DAY", "NONE"])
def test_executing_sells_to_an_account_that_buys_on_account(
    office: BackOffice, invoicing: str
) -> None:
    staff, key = office.staff(), drafted(office)
    on_account(office)
    assert "The account buys on account: the licences are obtained at once." in told(
        page_of(staff, key)
    )
    execute(staff, key, invoicing)
    office.shop.settle()
    page = page_of(staff, key)
    assert f"Order {number_of(page)} Delivered" in page.text
    assert actions(page) == {"paid", "cancel"}


def number_of(page: Page) -> str:
    """The number in the page's heading."""
    return page.text.partition("Order ")[2].split()[0] if "Order " in page.text else ""


def test_others_are_told_before_the_click_that_the_licences_wait_for_the_money(
    office: BackOffice,
) -> None:
    staff, key = office.staff(), drafted(office)
    assert "does not buy on account: the licences are obtained once" in told(page_of(staff, key))
    done = execute(staff, key)
    assert "The order has been executed. Its licences are obtained once 140.00 USD is paid." in (
        told(done)
    )
    office.shop.settle()
    page = page_of(staff, key)
    assert "Waits for payment" in page.text
    assert "none yet" in page.text


def test_beyond_its_limit_an_account_reads_so_before(office: BackOffice) -> None:
    on_account(office, "139.99")
    assert "would owe more than its limit" in told(page_of(office.staff(), drafted(office)))


def test_marking_as_paid_is_a_question_first_and_done_once(office: BackOffice) -> None:
    staff, key = office.staff(), drafted(office)
    execute(staff, key)
    question = ask(staff, key, "paid")
    assert "Recorded as received now 140.00 USD" in told(question)
    for _ in range(2):
        assert "Recorded as paid: 140.00 USD in all." in told(staff.send(question.form("/paid")))
    office.shop.settle()
    page = page_of(staff, key)
    assert page.text.count("Paid: 140.00 USD") == 1
    assert actions(page) == {"cancel"}
    assert "Nothing is owed." in told(ask(staff, key, "paid"))


def test_where_tax_is_added_price_and_total_say_which_is_which(office: BackOffice) -> None:
    office.shop.configure(tax_rate="24", prices_include_tax="false")
    try:
        staff, key = office.staff(), drafted(office)
        on_account(office)
        page = told(execute(staff, key))
        assert "Price each, without tax" in page
        assert "Total, with tax" in page
        office.shop.settle()
        asset = next(link for link in page_of(staff, key).links if "/assets/detail" in link)
        assert "14.00 USD each, 173.60 USD in all, with tax" in told(staff.open(asset))
    finally:
        office.shop.configure(tax_rate="", prices_include_tax="true")


def test_how_it_is_delivered_is_said_as_long_as_it_is_to_come(office: BackOffice) -> None:
    staff, key = office.staff(), drafted(office)
    assert "Delivery once it is paid" in told(execute(staff, key))
    staff.send(ask(staff, key, "paid").form("/paid"))
    assert "Delivery once it is paid" not in told(page_of(staff, key))


def test_an_amount_that_is_owed_no_more_is_not_recorded(office: BackOffice) -> None:
    staff, key = office.staff(), drafted(office)
    execute(staff, key)
    form = ask(staff, key, "paid").form("/paid")
    assert "Meanwhile 140.00 USD is owed" in told(staff.send(form, amount="1.00"))
    assert "not an amount" in told(staff.send(form, amount="much"))
    assert "Received 0.00 USD" in told(page_of(staff, key))


def test_the_timeline_tells_what_happened_and_who_did_it(office: BackOffice) -> None:
    staff, key = office.staff(), drafted(office)
    execute(staff, key)
    staff.send(ask(staff, key, "paid").form("/paid"))
    office.shop.settle()
    staff.send(ask(staff, key, "cancel").form("/cancel"))
    office.shop.settle()
    staff.send(ask(staff, key, "pay-back").form("/pay-back"))
    text = told(page_of(staff, key)).partition("What happened")[2]
    happened = [
        "Draft made",
        "Executed",
        "Invoice INV-",
        "Paid: 140.00 USD",
        "Coupon obtained: 10 ×",
        "Delivered by e-mail: 10 ×",
        "Cancelled",
        "Credit invoice CR-",
        "Licences cancelled: 10 ×",
        "Paid back: 140.00 USD",
    ]
    assert [each for each in happened if each in text] == happened
    assert text.count("Staff, clerk-") == 4


def test_a_later_invoice_stands_in_the_timeline_before_it_is_issued(office: BackOffice) -> None:
    staff, key = office.staff(), drafted(office)
    chosen = r"Invoice on the customer's next billing day, 15 \w{3} \d{4}"
    offered = re.search(chosen, told(page_of(staff, key)))
    assert offered is not None
    execute(staff, key, "NEXT_BILLING_DAY")
    text = told(page_of(staff, key))
    assert "To come: To be invoiced" in text
    assert f"Invoicing {offered.group()}" in text


def test_a_cancelled_order_says_so_and_offers_nothing_that_does_nothing(
    office: BackOffice,
) -> None:
    staff, key = office.staff(), drafted(office)
    execute(staff, key)
    question = ask(staff, key, "cancel")
    assert "Not obtained; it will not be." in told(question)
    assert "Credited in all 140.00 USD" in question.text
    assert "Paid back nothing" in question.text
    done = staff.send(question.form("/cancel"))
    assert "The order is cancelled; its coupons are being revoked. Credited: CR-" in told(done)
    page = page_of(staff, key)
    assert "Cancelled" in page.text.partition("The order")[0]
    assert "Fulfilled" not in page.text
    assert actions(page) == set()
    assert "There is nothing to cancel." in told(ask(staff, key, "cancel"))


def test_what_was_received_is_offered_back_after_a_cancellation_once(office: BackOffice) -> None:
    staff, key = office.staff(), drafted(office)
    execute(staff, key)
    staff.send(ask(staff, key, "paid").form("/paid"))
    office.shop.settle()
    question = ask(staff, key, "cancel")
    assert "Revoked at BitTitan." in told(question)
    assert "140.00 USD was received" in question.text
    staff.send(question.form("/cancel"))
    office.shop.settle()
    assert actions(page_of(staff, key)) == {"pay-back"}
    back = ask(staff, key, "pay-back").form("/pay-back")
    assert "Recorded as paid back: 140.00 USD." in told(staff.send(back))
    assert "There is nothing to pay back." in told(staff.send(back))
    page = page_of(staff, key)
    assert "Paid back 140.00 USD" in page.text
    assert actions(page) == set()


def test_an_order_whose_licences_were_cancelled_one_by_one_is_cancelled(
    office: BackOffice,
) -> None:
    key = office.sold()
    staff = office.staff()
    question = staff.open(f"/admin/assets/{key}/cancel")
    staff.send(question.form("/cancel"), comment="")
    office.shop.settle()
    order = parse_id(Kind.ORDER, office.asset(key).order_id)
    number = office.asset(key).order_number
    listed = told(staff.open(f"/admin/orders/list?q={number}&cols=number,standing"))
    assert f"{number} Cancelled" in listed
    page = page_of(staff, order)
    assert "Cancelled" in told(page).partition("The order")[0]
    assert actions(page) == set()


def test_asset_and_order_lead_to_each_other(office: BackOffice) -> None:
    key, staff = office.sold(), office.staff()
    order = parse_id(Kind.ORDER, office.asset(key).order_id)
    asset_page = staff.open(f"/admin/assets/detail?pk={key}")
    assert any(link.endswith(f"/orders/detail?pk={order}") for link in asset_page.links)
    order_page = page_of(staff, order)
    assert any(f"/assets/detail?pk={key}" in link for link in order_page.links)
    assert any("/accounts/detail?pk=" in link for link in order_page.links)


def test_its_invoice_and_credit_invoice_are_a_click_away(office: BackOffice) -> None:
    staff, key = office.staff(), drafted(office)
    execute(staff, key)
    staff.send(ask(staff, key, "cancel").form("/cancel"))
    page = page_of(staff, key)
    for row in office.storefront.platform.invoices.of_orders([key])[key]:
        assert any(f"/invoices/detail?pk={row.id}" in link for link in page.links)


def test_the_account_is_linked_for_those_only_who_may_open_it(office: BackOffice) -> None:
    order = parse_id(Kind.ORDER, office.asset(office.sold()).order_id)
    page = page_of(office.staff(Permission.MANAGE_ORDERS), order)
    assert not any("/accounts/detail" in link for link in page.links)


@pytest.mark.parametrize("what", ["paid", "cancel", "pay-back"])
def test_a_question_about_no_order_is_not_found(office: BackOffice, what: str) -> None:
    for key in ("nonsense", str(UUID(int=7))):
        assert office.staff().request("GET", f"/admin/orders/{key}/{what}").status_code == 404
