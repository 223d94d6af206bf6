"""domain.md, Accounts: made known to BitTitan before a coupon can be issued to them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import inspect

from bittitan_graphql.global_ids import ACCOUNT, ASSET, global_id
from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.platforms.shop.ids import Kind
from bittitan_plugin.platforms.shop.ids import global_id as host_id
from bittitan_plugin.services.accounts import synchronizing as accounts
from bittitan_plugin.services.accounts.customers import open_account
from bittitan_plugin.services.installations import get_installation
from tests.fakes.values import account
from tests.integration.ordering.documents import ACCOUNTS, SYNCHRONIZE
from tests.integration.ordering.storefront import Storefront, person
from tests.world import STAFF


def synchronize(shop: Storefront, **given: Any) -> Any:
    """What staff are answered; by customer unless an id is given."""
    account_id = given.pop("id", None)
    if account_id is None:
        given.setdefault("customerId", shop.reseller_id)
    return shop.ask(SYNCHRONIZE, shop.staff, id=account_id, input=given)


def errors(answer: Any) -> list[tuple[str | None, str]]:
    return [(error["field"], error["code"]) for error in answer["errors"]]


def partners(shop: Storefront) -> list[str]:
    return [partner.email for partner in shop.shop.sandbox.sandbox.partners()]


def opened(shop: Storefront) -> Account:
    """The reseller's account, opened and not synchronized."""
    return open_account(shop.shop.tenant, shop.reseller_id)


def stored(shop: Storefront, account_id: UUID) -> Account:
    with shop.shop.tenant.reading() as work:
        return work.accounts.get(account_id)


@pytest.fixture
def by_hand(storefront: Storefront) -> Storefront:
    """Accounts are synchronized by staff."""
    storefront.shop.configure(synchronize_automatically="false")
    return storefront


@pytest.fixture
def away(by_hand: Storefront) -> Iterator[Storefront]:
    """The vendor answers nothing but 503."""
    by_hand.shop.sandbox.sandbox.faults.add("status", status=503)
    yield by_hand
    by_hand.shop.sandbox.sandbox.faults.clear()


def test_an_account_is_unsynchronized_until_it_is_synchronized(by_hand: Storefront) -> None:
    opened(by_hand)
    assert by_hand.account(by_hand.reseller)["status"] == "UNSYNCHRONIZED"
    synchronize(by_hand)
    assert by_hand.account(by_hand.reseller)["status"] == "SYNCHRONIZED"


def test_an_account_is_synchronized_before_its_coupon_is_issued(storefront: Storefront) -> None:
    storefront.buy(storefront.reseller)
    sandbox = storefront.shop.sandbox.sandbox
    assert [c.partner_id for c in sandbox.ledger()] == [p.id for p in sandbox.partners()]


def test_the_sync_options_show_the_email_and_the_company_of_the_account(
    by_hand: Storefront,
) -> None:
    opened(by_hand)
    options = by_hand.account(by_hand.reseller)["syncOptions"]
    assert options == {"email": by_hand.reseller.email, "companyName": "Reseller"}


def test_a_buyer_without_a_company_goes_by_its_address(by_hand: Storefront) -> None:
    nameless = person(by_hand.platform, "nameless")
    open_account(by_hand.shop.tenant, host_id(Kind.USER, nameless.id))
    with by_hand.shop.tenant.writing() as work:
        known = work.accounts.of_customer(host_id(Kind.USER, nameless.id))
        assert known is not None
        work.accounts.change(known.id, lambda a: replace(a, company=""))
    assert by_hand.account(nameless)["syncOptions"]["companyName"] == nameless.email


def test_only_staff_see_the_sync_options(by_hand: Storefront) -> None:
    opened(by_hand)
    edges = by_hand.ask(ACCOUNTS, by_hand.reseller)["edges"]
    assert [edge["node"]["syncOptions"] for edge in edges] == [None]


def test_save_and_synchronize_keeps_the_options_that_were_entered(by_hand: Storefront) -> None:
    address = f"Billing-{uuid4().hex[:8]}@Example.com"
    answer = synchronize(by_hand, email=address, companyName="Contoso Billing")
    assert answer["account"]["email"] == address.lower()
    assert answer["account"]["company"] == "Contoso Billing"
    assert partners(by_hand) == [address.lower()]


def test_a_customer_that_never_ordered_is_synchronized_by_its_customer_id(
    by_hand: Storefront,
) -> None:
    answer = synchronize(by_hand, customerId=by_hand.reseller_id)
    assert (errors(answer), answer["account"]["status"]) == ([], "SYNCHRONIZED")


def test_an_account_is_synchronized_by_its_own_id(by_hand: Storefront) -> None:
    account_id = global_id(ACCOUNT, opened(by_hand).id)
    assert synchronize(by_hand, id=account_id)["account"]["status"] == "SYNCHRONIZED"


def test_synchronizing_again_changes_nothing(by_hand: Storefront) -> None:
    first = synchronize(by_hand)
    assert synchronize(by_hand) == first
    assert len(partners(by_hand)) == 1


@pytest.mark.databases("sqlite", "postgresql")
def test_two_staff_who_synchronize_at_once_make_one_partner(by_hand: Storefront) -> None:
    account_id = opened(by_hand).id
    tenant = by_hand.shop.tenant
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda _: accounts.save_and_synchronize(tenant, account_id, STAFF), range(8))
        )
    assert (len({each.partner_id for each in found}), len(partners(by_hand))) == (1, 1)


def test_an_address_the_vendor_knows_is_adopted(by_hand: Storefront) -> None:
    configuration = get_installation(by_hand.shop.tenant).configuration
    known = by_hand.shop.ports.vendors.of(configuration).register_partner(
        reference="another-system", email=by_hand.reseller.email, company="Contoso"
    )
    synchronize(by_hand)
    assert stored(by_hand, opened(by_hand).id).partner_id == known.id
    assert len(partners(by_hand)) == 1


def test_an_attempt_that_lost_its_answer_adopts_what_it_made(by_hand: Storefront) -> None:
    by_hand.shop.sandbox.sandbox.faults.add("drop_after_work", operation="partner", times=1)
    answer = synchronize(by_hand)
    assert (answer["account"]["status"], len(partners(by_hand))) == ("SYNCHRONIZED", 1)


def test_a_failed_attempt_says_why_on_the_account(away: Storefront) -> None:
    answer = synchronize(away)
    assert errors(answer) == [(None, "VENDOR_UNAVAILABLE")]
    assert answer["account"]["syncError"] == answer["errors"][0]["message"]


def test_a_failed_attempt_can_be_repeated(away: Storefront) -> None:
    synchronize(away)
    away.shop.sandbox.sandbox.faults.clear()
    found = synchronize(away)["account"]
    assert (found["status"], found["syncError"]) == ("SYNCHRONIZED", None)


def test_what_was_entered_before_a_failed_attempt_is_prefilled_for_the_next(
    away: Storefront,
) -> None:
    answer = synchronize(away, companyName="Contoso Billing")
    assert answer["account"]["syncOptions"]["companyName"] == "Contoso Billing"


def test_an_option_the_vendor_refuses_is_named(by_hand: Storefront) -> None:
    # The simulator takes at most 200 characters.
    answer = synchronize(by_hand, companyName="x" * 250)
    assert errors(answer) == [("companyName", "VENDOR_REJECTED")]


def test_a_wrong_setting_of_the_plugin_is_not_blamed_on_the_account(by_hand: Storefront) -> None:
    by_hand.shop.configure(api_password="wrong")
    assert errors(synchronize(by_hand)) == [(None, "PLUGIN_MISCONFIGURED")]


def test_the_password_of_an_older_contract_is_passed_on_and_never_kept(
    by_hand: Storefront, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = f"secret-{uuid4().hex}"
    synchronize(by_hand, password=secret)
    engine = by_hand.shop.world.application.engine
    found = []
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"')  # noqa: S608
            found += [table for row in rows if secret in str(row)]
    assert found == []
    assert secret not in caplog.text + "".join(capsys.readouterr())


def test_an_account_changed_meanwhile_is_not_overwritten(by_hand: Storefront) -> None:
    account_id = opened(by_hand).id
    tenant = by_hand.shop.tenant
    accounts.save_and_synchronize(tenant, account_id, STAFF, company_name="First")
    answer = synchronize(by_hand, companyName="Second")
    assert errors(answer) == [("companyName", "INVALID")]
    assert stored(by_hand, account_id).company == "First"


def test_an_account_that_ordered_before_is_already_synchronized(storefront: Storefront) -> None:
    storefront.buy(storefront.reseller)
    assert storefront.account(storefront.reseller)["status"] == "SYNCHRONIZED"


def test_an_account_that_ordered_before_orders_without_being_synchronized_again(
    storefront: Storefront,
) -> None:
    storefront.buy(storefront.reseller)
    storefront.shop.configure(synchronize_automatically="false")
    assert storefront.buy(storefront.reseller)["bittitanAssets"][0]["couponCode"]


def test_ordering_for_an_unsynchronized_account_is_refused_with_that_reason(
    by_hand: Storefront,
) -> None:
    answer = by_hand.checkout(by_hand.reseller)
    assert errors(answer) == [("customer", "ACCOUNT_NOT_SYNCHRONIZED")]


def test_synchronize_automatically_makes_the_account_known_by_itself(
    storefront: Storefront,
) -> None:
    storefront.buy(storefront.reseller)
    assert partners(storefront) == [storefront.reseller.email]


def test_synchronize_automatically_is_on_by_default() -> None:
    assert Configuration().synchronize_automatically


def test_assets_that_waited_for_their_account_go_on_once_it_is_synchronized(
    storefront: Storefront,
) -> None:
    # The setting changes while the customer pays: the sale was allowed and now has to wait.
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id)
    storefront.shop.configure(synchronize_automatically="false")
    waiting = storefront.pay(order_id)["bittitanAssets"]
    assert [asset["provisioningError"]["code"] for asset in waiting] == ["ACCOUNT_NOT_SYNCHRONIZED"]
    synchronize(storefront)
    storefront.shop.settle()
    (asset,) = storefront.order(order_id)["bittitanAssets"]
    assert (asset["provisioningStatus"], asset["provisioningError"]) == ("SYNCHRONIZED", None)


def test_assets_that_failed_over_their_account_go_on_once_it_is_synchronized(
    storefront: Storefront,
) -> None:
    storefront.shop.configure(api_password="wrong")
    failed = storefront.buy(storefront.reseller)
    assert failed["bittitanAssets"][0]["provisioningStatus"] == "FAILED"
    storefront.shop.configure(api_password=DEFAULT_PASSWORD)
    synchronize(storefront)
    storefront.shop.settle()
    assert storefront.order(failed["id"])["bittitanAssets"][0]["couponCode"]


LONG = "x" * 256
BAD = [
    ({"email": ""}, "email", "REQUIRED"),
    ({"email": "   "}, "email", "REQUIRED"),
    ({"email": "no address"}, "email", "INVALID"),
    ({"email": f"{LONG}@example.com"}, "email", "INVALID"),
    ({"email": "a@b\u0000.com"}, "email", "INVALID"),
    ({"companyName": ""}, "companyName", "REQUIRED"),
    ({"companyName": LONG}, "companyName", "INVALID"),
    ({"companyName": "two\nlines"}, "companyName", "INVALID"),
    ({"password": ""}, "password", "REQUIRED"),
    ({"password": LONG}, "password", "INVALID"),
]


@pytest.mark.parametrize(("given", "field", "code"), BAD)
def test_a_senseless_option_is_an_error_on_its_field_and_changes_nothing(
    by_hand: Storefront, given: dict[str, str], field: str, code: str
) -> None:
    before = opened(by_hand)
    answer = synchronize(by_hand, id=global_id(ACCOUNT, before.id), **given)
    assert errors(answer) == [(field, code)]
    assert (stored(by_hand, before.id), partners(by_hand)) == (before, [])


def test_missing_and_null_options_are_as_they_were_prefilled(by_hand: Storefront) -> None:
    answer = synchronize(by_hand, email=None, companyName=None, password=None)
    assert (answer["account"]["email"], errors(answer)) == (by_hand.reseller.email, [])


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({}, "id", "REQUIRED"),
        ({"id": None}, "id", "REQUIRED"),
        ({"id": ""}, "id", "GRAPHQL_ERROR"),
        ({"id": "nonsense"}, "id", "GRAPHQL_ERROR"),
        ({"id": global_id(ASSET, uuid4())}, "id", "GRAPHQL_ERROR"),
        ({"id": global_id(ACCOUNT, uuid4())}, "id", "NOT_FOUND"),
        ({"input": {"customerId": ""}}, "customerId", "REQUIRED"),
        ({"input": {"customerId": "nonsense"}}, "customerId", "NOT_FOUND"),
        ({"input": {"customerId": LONG}}, "customerId", "NOT_FOUND"),
        ({"input": {"customerId": host_id(Kind.ORDER, uuid4())}}, "customerId", "NOT_FOUND"),
        ({"input": {"customerId": host_id(Kind.USER, uuid4())}}, "customerId", "NOT_FOUND"),
        (
            {"id": global_id(ACCOUNT, uuid4()), "input": {"customerId": "x"}},
            "customerId",
            "INVALID",
        ),
    ],
)
def test_naming_no_account_is_an_error_on_the_id_that_was_given(
    by_hand: Storefront, given: dict[str, Any], field: str, code: str
) -> None:
    answer = by_hand.ask(SYNCHRONIZE, by_hand.staff, **given)
    assert (answer["account"], errors(answer)) == (None, [(field, code)])


def test_staff_are_no_customers(by_hand: Storefront) -> None:
    staff_id = host_id(Kind.USER, by_hand.staff.id)
    assert errors(synchronize(by_hand, customerId=staff_id)) == [("customerId", "NOT_FOUND")]


def test_an_account_of_another_installation_is_not_there(by_hand: Storefront) -> None:
    ports = by_hand.shop.ports
    with ports.store.installations() as installations:
        elsewhere = installations.open(f"elsewhere-{uuid4().hex}", ports.clock())
    theirs = account(customer_id="theirs")
    with ports.store.writing(elsewhere.id) as work:
        work.accounts.add(theirs)
    answer = synchronize(by_hand, id=global_id(ACCOUNT, theirs.id))
    assert (answer["account"], errors(answer)) == (None, [("id", "NOT_FOUND")])
    with ports.store.reading(elsewhere.id) as work:
        assert work.accounts.get(theirs.id).status is AccountStatus.UNSYNCHRONIZED


@pytest.mark.parametrize("name", ["email", "companyName", "password", "customerId"])
def test_a_value_of_the_wrong_type_is_an_error_that_names_it(
    by_hand: Storefront, name: str
) -> None:
    answer = by_hand.answer(SYNCHRONIZE, by_hand.staff, input={name: [{"a": 1}]})
    assert name in answer["errors"][0]["message"]
    assert partners(by_hand) == []


def test_while_the_plugin_is_switched_off_nothing_is_synchronized(by_hand: Storefront) -> None:
    account_id = global_id(ACCOUNT, opened(by_hand).id)
    by_hand.shop.configure(active=False)
    assert errors(synchronize(by_hand, id=account_id)) == [(None, "PLUGIN_INACTIVE")]
    assert errors(synchronize(by_hand)) == [(None, "PLUGIN_INACTIVE")]
    assert partners(by_hand) == []


def test_only_staff_with_manage_users_may_synchronize(by_hand: Storefront) -> None:
    clerk = person(by_hand.platform, "clerk", staff_permissions=[Permission.MANAGE_ORDERS])
    for user in (clerk, by_hand.reseller, None):
        answer = by_hand.answer(SYNCHRONIZE, user, input={"customerId": by_hand.reseller_id})
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert partners(by_hand) == []


def test_an_address_of_the_resellers_other_end_customer_is_taken(storefront: Storefront) -> None:
    for name in ("first", "second"):
        storefront.buy(storefront.reseller, end_customer_email=f"{name}@{uuid4().hex}.example")
    own = storefront.ask(ACCOUNTS, storefront.reseller)["edges"]
    ends = [edge["node"] for edge in own if edge["node"]["customerId"] is None]
    answer = synchronize(storefront, id=ends[0]["id"], email=ends[1]["email"].upper())
    assert errors(answer) == [("email", "UNIQUE")]
