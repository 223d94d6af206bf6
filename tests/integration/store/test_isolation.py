"""Two shops in one database: neither finds, changes or even notices what the other has.

Every public method of every repository has a case here; a new one without a case fails.
"""

# ruff: noqa: ARG005 - every case takes the same two arguments, used or not

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from bittitan_plugin.domain.access import NO_ACCOUNTS
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.domain.revocations import RevocationState
from bittitan_plugin.domain.stock import ImportPhase, StockImport, StockState, demand_of
from bittitan_plugin.services.notifications import SENT_AGAIN
from bittitan_plugin.store.repositories.claims import Claim
from bittitan_plugin.store.repositories.stock import CodesTaken
from bittitan_plugin.store.repositories.uploads import Upload
from bittitan_plugin.store.tables import Base
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork
from tests.fakes.values import NOON, coupon
from tests.integration.store.belongings import (
    CHANGE,
    CLAIMED,
    CURSOR,
    END_EMAIL,
    HELD,
    LINE,
    MAILED,
    PROBLEM,
    REPRICED,
    RETRIED,
    SUBJECT,
    Belongings,
    everything_of,
    settle_in,
)
from tests.integration.store.conftest import STAFF, NoQueue, opened
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

#: The one repository that is not made for an installation; see ``test_installations``.
NOT_SCOPED = {"installations"}
LATER = NOON + timedelta(days=400)

Case = Callable[[UnitOfWork, Belongings], Any]


def moved(request: CancellationRequest) -> CancellationRequest:
    return request.reminded(LATER)


def an_import() -> StockImport:
    return StockImport(
        id=uuid4(), source="other.csv", imported_by="thief", imported_at=LATER,
        added=9, known=9, bad=9,
    )  # fmt: skip


def in_vain(draw: Callable[[], None]) -> None:
    with pytest.raises(CodesTaken):
        draw()


#: Asks, in a shop that has nothing, for what another one has.
FINDING: dict[str, Case] = {
    "accounts.get": lambda w, b: w.accounts.get(b.account.id, for_update=True),
    "accounts.end_customers": lambda w, b: w.accounts.end_customers(b.account.id),
    "audit.of": lambda w, b: w.audit.of(SUBJECT.kind, SUBJECT.id),
    "logos.find": lambda w, b: w.logos.find(),
    "accounts.by_ids": lambda w, b: w.accounts.by_ids([b.account.id, b.end.id]),
    "accounts.of_customer": lambda w, b: w.accounts.of_customer("customer-1"),
    "accounts.own": lambda w, b: w.accounts.own(["customer-1", "customer-2"]) != {
        "customer-1": NO_ACCOUNTS, "customer-2": NO_ACCOUNTS,
    },
    "invitations.get": lambda w, b: w.invitations.get(b.invitation.id),
    "invitations.of_accounts": lambda w, b: w.invitations.of_accounts([b.end.id]),
    "sent_mails.of": lambda w, b: w.sent_mails.of(MAILED),
    "accounts.end_customer": lambda w, b: w.accounts.end_customer(b.account.id, END_EMAIL),
    "products.get": lambda w, b: w.products.get(b.product.id),
    "products.by_ids": lambda w, b: w.products.by_ids([b.product.id]),
    "products.bound": lambda w, b: w.products.bound(),
    "products.of_host_product": lambda w, b: w.products.of_host_product("product-1"),
    "products.of_variants": lambda w, b: w.products.of_variants(["variant-1"]),
    "products.by_skus": lambda w, b: w.products.by_skus(["SPARE", b.product.sku]),
    "products.all": lambda w, b: w.products.all(),
    "products.unbound": lambda w, b: w.products.unbound("SPARE", b.product.product_type),
    "products.is_sold": lambda w, b: w.products.is_sold(b.product.id),
    "products.sold_among": lambda w, b: w.products.sold_among(["variant-1"]),
    "assets.get": lambda w, b: w.assets.get(b.asset.id, for_update=True),
    "assets.by_ids": lambda w, b: w.assets.by_ids([b.asset.id]),
    "assets.of_order_line": lambda w, b: w.assets.of_order_line(LINE),
    "assets.of_orders": lambda w, b: w.assets.of_orders([b.asset.order_id]),
    "assets.waiting_for_account": lambda w, b: w.assets.waiting_for_account(b.account.id),
    "assets.with_open_refund": lambda w, b: w.assets.with_open_refund(None, 9),
    "assets.waiting_for_stock": lambda w, b: w.assets.waiting_for_stock(b.code.product_type, 9),
    "sales.get": lambda w, b: w.sales.get(b.from_stock.id),
    "assets.count_waiting_for_stock": lambda w, b: w.assets.count_waiting_for_stock(
        b.code.product_type
    ),
    "assets.overdue_from_stock": lambda w, b: w.assets.overdue_from_stock(LATER),
    "coupons.secret": lambda w, b: w.coupons.secret(),
    "claims.of": lambda w, b: w.claims.of([CLAIMED]),
    "stock_imports.find": lambda w, b: w.stock_imports.find(b.code.import_id),
    "stock_imports.brought_by": lambda w, b: w.stock_imports.brought_by(
        b.unfinished[ImportPhase.SERVING].run_id or uuid4()
    ),
    "stock_imports.unfinished": lambda w, b: w.stock_imports.unfinished(),
    "stock_imports.is_serving": lambda w, b: w.stock_imports.is_serving(),
    "stock.unsold_of_import": lambda w, b: w.stock.unsold_of_import(b.code.import_id, limit=9),
    "stock.count_sold_of_import": lambda w, b: w.stock.count_sold_of_import(b.code.import_id),
    "stock.unsold_amount_of_import": (
        lambda w, b: w.stock.unsold_amount_of_import(b.code.import_id).codes
    ),
    "stock.get": lambda w, b: w.stock.get(b.code.id),
    "stock.by_fingerprints": lambda w, b: w.stock.by_fingerprints([b.code.fingerprint]),
    "stock.exact": lambda w, b: w.stock.exact(demand_of(b.out_of_stock, NOON)),
    "stock.sizes": lambda w, b: w.stock.sizes(demand_of(b.out_of_stock, NOON), 9),
    "stock.of_size": lambda w, b: w.stock.of_size(demand_of(b.out_of_stock, NOON), 25, 9),
    "stock.counts": lambda w, b: w.stock.counts(demand_of(b.out_of_stock, NOON), [25]),
    "stock.of_assets": lambda w, b: w.stock.of_assets([b.from_stock.id])[b.from_stock.id],
    "stock.holds_fewer_than": lambda w, b: not w.stock.holds_fewer_than(
        b.code.product_type, 1, NOON
    ),
    "revocations.get": lambda w, b: w.revocations.get(b.revocation.id),
    "revocations.awaiting_of": lambda w, b: w.revocations.awaiting_of([b.from_stock.id]),
    "revocations.due": lambda w, b: w.revocations.due(LATER),
    "assets.history": lambda w, b: w.assets.history([b.asset.id])[b.asset.id],
    "assets.chains": lambda w, b: w.assets.chains([b.asset.id]),
    "assets.ids_after": lambda w, b: w.assets.ids_after(None, 10),
    "requests.get": lambda w, b: w.requests.get(b.request.id),
    "requests.pending_of": lambda w, b: w.requests.pending_of([b.asset.id]),
    "requests.latest_of": lambda w, b: w.requests.latest_of(b.asset.id),
    "requests.due": lambda w, b: w.requests.due(LATER),
    "coupons.cursor": lambda w, b: w.coupons.cursor(),
    "coupons.oldest_open": lambda w, b: w.coupons.oldest_open(NOON),
    "coupons.of_ids": lambda w, b: w.coupons.of_ids([b.asset.coupon_id or ""]),
    "coupons.held": lambda w, b: w.coupons.held([b.asset.coupon_id or ""]),
    "coupons.unheard": lambda w, b: w.coupons.unheard(
        LATER, LATER, 10, account="account", swept=True
    ),
    "coupons.account_changes": lambda w, b: w.coupons.account_changes(10),
    "coupons.count_elsewhere": lambda w, b: w.coupons.count_elsewhere("another"),
    "coupons.expiring": lambda w, b: w.coupons.expiring(
        LATER, NOON, days=30, after=None, limit=10
    ),
    "coupons.oldest_in_question": lambda w, b: w.coupons.oldest_in_question(NOON),
    "coupons.count_in_question": lambda w, b: w.coupons.count_in_question(),
    "coupons.not_seen": lambda w, b: w.coupons.not_seen(LATER, None, 10),
    "runs.get": lambda w, b: w.runs.get(b.run.id),
    "runs.find": lambda w, b: w.runs.find(b.run.id),
    "runs.at_work": lambda w, b: w.runs.at_work(b.run.kind),
    "runs.all_at_work": lambda w, b: w.runs.all_at_work(),
    "runs.latest": lambda w, b: w.runs.latest(),
    "held_coupons.of": lambda w, b: w.held_coupons.of(b.waiting.id),
    "uploads.find": lambda w, b: w.uploads.find(b.run.id),
    "problems.get": lambda w, b: w.problems.get(b.problem.id),
    "problems.open": lambda w, b: w.problems.open(),
    "problems.is_open": lambda w, b: w.problems.is_open(b.problem.key),
    "problems.open_by_key": lambda w, b: w.problems.open_by_key(b.problem.key),
    "problems.not_over": lambda w, b: w.problems.not_over(b.problem.key),
    "problems.not_over_by_key": lambda w, b: w.problems.not_over_by_key(b.problem.key),
    "problems.waiting_orders": lambda w, b: w.problems.waiting_orders(b.problem.key, 9),
    "retries.find": lambda w, b: w.retries.find(RETRIED.id),
    "retries.waiting": lambda w, b: w.retries.waiting(),
    "retries.of_assets": lambda w, b: w.retries.of_assets([b.asset.id]),
    "retries.take_due": lambda w, b: w.retries.take_due([RETRIED.id], LATER),
    "held_lines.find": lambda w, b: w.held_lines.find(LINE),
    "held_lines.counts": lambda w, b: w.held_lines.counts(),
    "held_lines.waiting": lambda w, b: w.held_lines.waiting(9),
    "problems.open_of": lambda w, b: w.problems.open_of(b.asset.id),
    "deferred_lines.times": lambda w, b: w.deferred_lines.times([LINE]),
}  # fmt: skip

#: Writes, in a shop that has nothing, what would fall upon another one's if it could.
CHANGING: dict[str, Case] = {
    "accounts.prove": lambda w, b: w.accounts.prove("customer-2", "x@fabrikam.example", LATER),
    "invitations.keep": lambda w, b: w.invitations.keep(
        replace(b.invitation, id=uuid4(), account_id=b.account.id)
    ),
    "sent_mails.add": lambda w, b: w.sent_mails.add(MAILED, LATER),
    "sent_mails.forget": lambda w, b: w.sent_mails.forget(MAILED, LATER),
    "sent_mails.take_back": lambda w, b: w.sent_mails.take_back([b.mail_id]),
    "accounts.add": lambda w, b: w.accounts.add(replace(b.account, id=uuid4())),
    "accounts.unsynchronize_all": lambda w, b: w.accounts.unsynchronize_all(),
    "accounts.change": lambda w, b: w.accounts.change(
        b.account.id, lambda a: replace(a, email="stolen@example.com")
    ),
    "products.add": lambda w, b: w.products.add(replace(b.product, id=uuid4())),
    "products.add_all": lambda w, b: w.products.add_all([replace(b.product, id=uuid4())]),
    "products.save": lambda w, b: w.products.save(replace(b.product, name="stolen", prices={})),
    "products.remove": lambda w, b: w.products.remove(b.product.id),
    "assets.add": lambda w, b: w.assets.add(replace(b.asset, id=uuid4()), STAFF, NOON),
    "assets.change": lambda w, b: w.assets.change(b.asset.id, Asset.cancelling, STAFF, LATER),
    "assets.note": lambda w, b: w.assets.note(b.asset.id, SENT_AGAIN, STAFF, LATER),
    "requests.add": lambda w, b: w.requests.add(
        replace(b.request.withdrawn(LATER, "staff"), id=uuid4())
    ),
    "requests.change": lambda w, b: w.requests.change(b.request.id, moved),
    "coupons.move_cursor": lambda w, b: w.coupons.move_cursor(
        replace(CURSOR, read_at=LATER, swept_at=LATER)
    ),
    "coupons.note_account_change": lambda w, b: w.coupons.note_account_change(CHANGE),
    "coupons.listed": lambda w, b: w.coupons.listed([b.asset.id], LATER, "theirs"),
    "coupons.all_of_account": lambda w, b: w.coupons.all_of_account("theirs", before=None),
    "coupons.seen": lambda w, b: w.coupons.seen([b.asset.id], LATER),
    "problems.report": lambda w, b: w.problems.report(
        ProblemKind.ORDER_REFUSED, PROBLEM, message="theirs", next_step="", at=LATER
    ),
    "problems.dismiss": lambda w, b: w.problems.dismiss(b.problem.id, "thief", LATER),
    "runs.add": lambda w, b: w.runs.add(replace(b.run, id=uuid4())),
    "uploads.add": lambda w, b: w.uploads.add(
        Upload(id=w.runs.add(replace(b.run, id=uuid4())).id, name="x", content=Sealed("x"))
    ),
    "held_coupons.keep": lambda w, b: w.held_coupons.keep(
        w.assets.add(replace(b.asset, id=uuid4()), STAFF, NOON).id,
        coupon(b.asset), Sealed("x"), "theirs", LATER,
    ),
    "held_coupons.remove": lambda w, b: w.held_coupons.remove(b.waiting.id),
    "uploads.remove": lambda w, b: w.uploads.remove(b.run.id),
    "runs.change": lambda w, b: w.runs.change(b.run.id, lambda r: r.stopped(LATER, "stolen")),
    "problems.resolve": lambda w, b: w.problems.resolve(PROBLEM, LATER),
    "coupons.keep_secret": lambda w, b: w.coupons.keep_secret(Sealed("theirs")),
    "claims.claim": lambda w, b: w.claims.claim([Claim(subject=CLAIMED, asset_id=b.asset.id)]),
    "stock.withdraw": lambda w, b: w.stock.withdraw([b.code.id], reason="x", by="y", at=LATER),
    "claims.release": lambda w, b: w.claims.release([b.code.id]),
    "stock.remove_of_import": lambda w, b: w.stock.remove_of_import(
        b.unfinished[ImportPhase.DROPPED].id
    ),
    "stock_imports.add": lambda w, b: w.stock_imports.add(an_import()),
    "stock_imports.touch": lambda w, b: w.stock_imports.touch(
        b.unfinished[ImportPhase.SERVING].id, ImportPhase.SERVING, LATER
    ),
    "stock_imports.drop": lambda w, b: w.stock_imports.drop(b.unfinished[ImportPhase.ARRIVING].id),
    "stock_imports.serve": lambda w, b: w.stock_imports.serve(
        replace(an_import(), id=b.unfinished[ImportPhase.ARRIVING].id), LATER
    ),
    "stock_imports.keep": lambda w, b: w.stock_imports.keep(b.unfinished[ImportPhase.SERVING].id),
    "stock_imports.remove": lambda w, b: w.stock_imports.remove(
        b.unfinished[ImportPhase.DROPPED].id
    ),
    "stock.measure": lambda w, b: w.stock.measure(),
    "stock.add": lambda w, b: w.stock.add([replace(b.code, id=uuid4())]),
    "stock.allocate": lambda w, b: in_vain(
        lambda: w.stock.allocate([b.code], b.out_of_stock.id, LATER)
    ),
    "stock.move": lambda w, b: w.stock.move(
        b.from_stock.id, StockState.ALLOCATED, StockState.REDEEMED, settled_at=LATER
    ),
    "stock.expire": lambda w, b: w.stock.expire(NOON + timedelta(days=9999)),
    "revocations.add": lambda w, b: w.revocations.add(
        replace(b.revocation, id=uuid4(), state=RevocationState.EXPIRED)
    ),
    "revocations.change": lambda w, b: w.revocations.change(
        b.revocation.id, lambda r: r.reminded(LATER)
    ),
    "retries.put": lambda w, b: w.retries.put(replace(RETRIED, attempt=2)),
    "retries.remove": lambda w, b: w.retries.remove(RETRIED),
    "retries.begin_anew": lambda w, b: w.retries.begin_anew(RETRIED, LATER),
    "retries.wake": lambda w, b: w.retries.wake(NOON),
    "retries.wake_stranded": lambda w, b: w.retries.wake_stranded(NOON, timedelta(0)),
    "held_lines.hold": lambda w, b: w.held_lines.hold(replace(HELD, order_number="theirs")),
    "held_lines.release": lambda w, b: w.held_lines.release(LINE, "thief"),
    "deferred_lines.put_off": lambda w, b: w.deferred_lines.put_off(LINE, 9),
    "logos.replace": lambda w, b: w.logos.replace(None),
    "audit.record": lambda w, b: w.audit.record(STAFF, LATER, SUBJECT, [REPRICED]),
}  # fmt: skip


def found(case: Case, work: UnitOfWork, belongings: Belongings) -> Any:
    try:
        return case(work, belongings)
    except Refusal as refusal:
        return None if refusal.code is ErrorCode.NOT_FOUND else refusal


def public_methods() -> set[str]:
    work = UnitOfWork(Session(), uuid4(), NoQueue())
    return {
        f"{name}.{method}"
        for name in dir(work)
        if type(repository := getattr(work, name)).__module__.startswith(
            "bittitan_plugin.store.repositories."
        )
        and name not in NOT_SCOPED
        for method in dir(repository)
        if not method.startswith("_")
    }


def test_every_public_method_of_every_repository_has_a_case_here() -> None:
    assert public_methods() == FINDING.keys() | CHANGING.keys()


@pytest.fixture
def theirs(store: Store, elsewhere: UUID) -> Belongings:
    return settle_in(store, elsewhere)


@every("method", FINDING)
def test_nothing_of_another_shop_is_found(
    store: Store, installation: UUID, theirs: Belongings, method: str
) -> None:
    with store.writing(installation) as work:
        assert not found(FINDING[method], work, theirs)


@every("method", FINDING)
def test_the_shop_itself_finds_it(
    store: Store, elsewhere: UUID, theirs: Belongings, method: str
) -> None:
    with store.writing(elsewhere) as work:
        assert FINDING[method](work, theirs)


@every("method", CHANGING)
def test_nothing_of_another_shop_is_changed(
    store: Store, elsewhere: UUID, theirs: Belongings, method: str
) -> None:
    before = everything_of(store, elsewhere)
    with suppress(Refusal), store.writing(opened(store, f"ours-{uuid4()}")) as work:
        CHANGING[method](work, theirs)
    assert everything_of(store, elsewhere) == before


@every("method", [each for each in CHANGING if each.endswith(".change")])
def test_what_another_shop_has_is_not_there_to_be_changed(
    store: Store, installation: UUID, theirs: Belongings, method: str
) -> None:
    with pytest.raises(Refusal) as refused, store.writing(installation) as work:
        CHANGING[method](work, theirs)
    assert refused.value.code is ErrorCode.NOT_FOUND


def test_there_is_something_of_every_kind_that_could_have_been_found(
    store: Store, elsewhere: UUID, theirs: Belongings
) -> None:
    assert theirs.asset.coupon_id
    empty = [name for name, rows in everything_of(store, elsewhere).items() if not rows]
    assert empty == []


def test_every_table_but_these_says_to_whom_its_rows_belong() -> None:
    without = {t.name for t in Base.metadata.sorted_tables if "installation_id" not in t.c}
    assert without == {
        "bittitan_installations",
        "bittitan_product_prices",
        "bittitan_workers",
        "bittitan_circuits",
        "bittitan_ended_sessions",
        "bittitan_key_proof",
        "bittitan_write_trials",
    }
