"""Staff decide whether a customer buys on account."""

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.account_credit import AccountCredit
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.account_credit import credit_of
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.portal.browsing import Page, Visitor
from tests.tables import every


def address(office: BackOffice) -> str:
    return f"/admin/customers/{office.storefront.reseller.id}/credit"


def decided(office: BackOffice) -> AccountCredit:
    return credit_of(office.storefront.platform.customers.get(office.storefront.reseller.id))


def decide(office: BackOffice, staff: Visitor, **typed: str) -> Page:
    return staff.send(staff.open(address(office)).form("/credit"), **typed)


@every(
    "typed, credit",
    [
        ({"allowed": "yes"}, AccountCredit(allowed=True)),
        (
            {"allowed": "yes", "creditLimit": "2500.50", "creditCurrency": "eur"},
            AccountCredit(allowed=True, limit=Money.of("2500.50", "EUR")),
        ),
        ({"allowed": "", "creditLimit": ""}, AccountCredit()),
    ],
)
def test_what_staff_decide_is_kept_and_shown(
    office: BackOffice, typed: dict[str, str], credit: AccountCredit
) -> None:
    staff = office.staff()
    assert "Saved." in told(decide(office, staff, **typed))
    assert decided(office) == credit
    form = staff.open(address(office)).form("/credit")
    shown = f"{credit.limit.amount:f}" if credit.limit else ""
    assert form.fields["creditLimit"] == shown
    assert ("allowed" in form.fields) is credit.allowed


def test_all_that_is_wrong_is_said_at_once_and_what_was_typed_stays(office: BackOffice) -> None:
    page = decide(
        office, office.staff(), allowed="yes", creditLimit="a lot", creditCurrency="dollars"
    )
    assert page.status == 422
    for message in ("a lot' is not an amount", "DOLLARS' is not a currency"):
        assert message in page.text.replace("“", "'").replace("”", "'").replace('"', "'")
    form = page.form("/credit")
    assert (form.fields["creditLimit"], form.fields["allowed"]) == ("a lot", "yes")
    assert decided(office) == AccountCredit()


@pytest.mark.parametrize("limit", ["-1", "1.001", "1e30"])
def test_a_limit_that_nobody_could_owe_is_refused_at_its_field(
    office: BackOffice, limit: str
) -> None:
    page = decide(office, office.staff(), creditLimit=limit, creditCurrency="USD")
    assert page.status == 422
    assert decided(office) == AccountCredit()


def test_the_page_says_what_is_owed_to_those_who_may_see_sales(office: BackOffice) -> None:
    shop = office.storefront
    shop.execute(shop.draft(shop.reseller, 2))
    assert "It owes now: 28.00 USD." in told(office.staff().open(address(office)))
    others = office.staff(Permission.MANAGE_USERS)
    assert "It owes now" not in told(others.open(address(office)))


def test_the_customers_page_says_it_and_leads_there(office: BackOffice) -> None:
    staff, user = office.staff(), office.storefront.reseller
    page = staff.open(f"/admin/customers/detail?pk={user.id}")
    assert "Buys on account no: its orders wait until they are paid" in told(page)
    assert address(office) in page.links
