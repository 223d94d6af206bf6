"""Two shops in one database: no list and no figure of the one counts what the other has.

Every public query of ``store/queries`` has a case here; a new one without a case fails.
"""

# ruff: noqa: ARG005 - every case takes the same two arguments, used or not

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from uuid import UUID

import pytest

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.store import queries
from bittitan_plugin.store.queries import assets, back_office, figures, lists, reselling, stock
from bittitan_plugin.store.queries.audience import EVERYTHING
from bittitan_plugin.store.queries.browsing import Browser, Wanted
from bittitan_plugin.store.queries.keyset import Listing, Window
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork
from tests.fakes.values import NOON, new_asset
from tests.integration.store.belongings import Belongings, settle_in
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LATER = NOON + timedelta(days=400)
WEEKS = [NOON - timedelta(days=7), NOON - timedelta(days=1)]
ALL = Window(size=100)
WORKER = Actor(ActorKind.SYSTEM, "worker")

BY_DATE = assets.sort_key(assets.AssetSort.PURCHASE_DATE, descending=True)

Case = Callable[[UnitOfWork, Belongings], Any]


def listed(browser: Callable[[UnitOfWork], Browser[Any]]) -> Case:
    """What a list of the back office shows, and how much it counts."""

    def look(work: UnitOfWork, _theirs: Belongings) -> Any:
        found = browser(work)
        return found.page(work.session, Wanted()), found.count(work.session, Wanted())

    return look


def paged(listed: Callable[[UnitOfWork, Belongings], Listing[Any]]) -> Case:
    """What a list shows on a page, and how long it is."""

    def look(work: UnitOfWork, theirs: Belongings) -> Any:
        found = listed(work, theirs)
        return found.page(ALL), found.count()

    return look


#: By module and function: how it is asked, in either shop alike.
CASES: dict[str, Case] = {
    "lists.account_list": paged(lambda w, b: lists.account_list(w, EVERYTHING, "")),
    "assets.asset_list": paged(
        lambda w, b: assets.asset_list(w, EVERYTHING, assets.AssetFilter(), BY_DATE)
    ),
    "assets.newest_of_accounts": lambda w, b: assets.newest_of_accounts(
        w, EVERYTHING, [b.account.id], 9
    ),
    "back_office.accounts": listed(back_office.accounts),
    "back_office.assets": listed(back_office.assets),
    "back_office.audit": listed(back_office.audit),
    "back_office.problems": listed(back_office.problems),
    "back_office.products": listed(back_office.products),
    "back_office.requests": listed(back_office.requests),
    "back_office.stock_codes": listed(back_office.stock_codes),
    "back_office.waiting_work": listed(back_office.waiting_work),
    "figures.begun": lambda w, b: figures.begun(w),
    "figures.by_coupon": lambda w, b: figures.by_coupon(w),
    "figures.by_provisioning": lambda w, b: figures.by_provisioning(w, WEEKS[0]),
    "figures.products_of": lambda w, b: figures.products_of(w),
    "figures.provisioning_times": lambda w, b: figures.provisioning_times(w),
    "figures.returns": lambda w, b: figures.returns(w, WEEKS),
    "figures.sales": lambda w, b: figures.sales(w, WEEKS),
    "figures.to_try_again": lambda w, b: figures.to_try_again(w, LATER),
    "figures.under_way": lambda w, b: figures.under_way(w),
    "figures.waiting": lambda w, b: figures.waiting(w),
    "lists.problem_list": paged(lambda w, b: lists.problem_list(w)),
    "lists.product_list": paged(lambda w, b: lists.product_list(w, published_only=False)),
    "lists.request_list": paged(lambda w, b: lists.request_list(w, None)),
    "lists.revocation_list": paged(lambda w, b: lists.revocation_list(w, [b.revocation.state])),
    "reselling.end_customers_of": lambda w, b: reselling.end_customers_of(w, b.account.id, 9),
    "reselling.invited": lambda w, b: reselling.invited(w),
    "reselling.resellers": lambda w, b: reselling.resellers(w),
    "stock.code_list": paged(lambda w, b: stock.code_list(w, stock.StockFilter())),
    "stock.free_by_expiry": lambda w, b: stock.free_by_expiry(w, NOON),
    "stock.newest_imports": lambda w, b: stock.newest_imports(w, 9),
    "stock.sold_between": lambda w, b: stock.sold_between(w, NOON - timedelta(days=1), LATER),
}


def public_queries() -> Iterator[str]:
    """Every function of every module that is asked with a unit of work."""
    for module in iter_modules(queries.__path__):
        there = import_module(f"{queries.__name__}.{module.name}")
        for name, each in inspect.getmembers(there, inspect.isfunction):
            asked = inspect.signature(each).parameters
            if each.__module__ == there.__name__ and "work" in asked and not name.startswith("_"):
                yield f"{module.name}.{name}"


def test_every_query_has_a_case_here() -> None:
    assert set(public_queries()) == CASES.keys()


@pytest.fixture
def theirs(store: Store, elsewhere: UUID) -> Belongings:
    """One of everything; one more was provisioned before everybody's eyes, one was cancelled."""
    found = settle_in(store, elsewhere)
    values = {"account_id": found.account.id, "product_id": found.product.id}
    late = new_asset(**values, order_line_id="late", purchase_date=NOON)
    back = new_asset(**values, order_line_id="back", purchase_date=NOON)
    with store.writing(elsewhere) as work:
        work.assets.add(late, WORKER, NOON)
        provisioned = replace(found.asset, id=late.id, order_line_id="late", coupon_id="late")
        work.assets.change(late.id, lambda _: replace(provisioned, version=1), WORKER, LATER)
        work.assets.add(back, WORKER, NOON)
        gone = replace(back, status=AssetStatus.CANCELLED, cancelled_at=NOON)
        work.assets.change(back.id, lambda _: gone, WORKER, LATER)
    return found


@every("query", CASES)
def test_a_shop_that_has_nothing_is_answered_as_if_it_were_alone(
    store: Store, installation: UUID, elsewhere: UUID, theirs: Belongings, query: str
) -> None:
    with store.reading(installation) as work:
        mine = CASES[query](work, theirs)
    with store.reading(elsewhere) as work:
        assert CASES[query](work, theirs) != mine
    assert not something(mine)


def something(answer: Any) -> bool:
    """Whether anything is in it, however it is wrapped."""
    if isinstance(answer, list | tuple | set):
        return any(something(each) for each in answer)
    if isinstance(answer, dict):
        return any(something(each) for each in answer.values())
    if hasattr(answer, "__dataclass_fields__"):
        # When a week begins is known to everybody.
        return any(something(value) for name, value in vars(answer).items() if name != "begins")
    return bool(answer)
