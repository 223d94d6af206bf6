"""Takes wrongly imported codes out of the stock again, as long as nobody has bought them.

A withdrawn code stays in the list with who withdrew it, when and why; it has no claim any more, so
that a corrected row with it can be imported.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.domain.stock import StockCode, StockState
from bittitan_plugin.domain.stock_report import Amount
from bittitan_plugin.domain.texts import check_line
from bittitan_plugin.services.coupons.code_lookup import mark_of
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.stock.levels import review, take_turn
from bittitan_plugin.store.repositories.stock import BATCH
from bittitan_plugin.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Undone:
    """The result of undoing an import, or its preview."""

    import_id: UUID
    #: The name of the imported file.
    source: str
    #: Codes that were withdrawn.
    withdrawn: int
    #: Codes that were sold, or withdrawn before: they are not changed.
    left: int


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """What is left of an import."""

    #: The name of the imported file.
    source: str
    unsold: Amount
    #: Codes that belong to assets.
    sold: int


def withdraw(tenant: Tenant, code_id: UUID, reason: str, actor: Actor) -> StockCode:
    """Withdraw one code. Raises ``Refusal``: NOT_FOUND, INVALID once it was sold or withdrawn, or
    on ``reason``.
    """
    why = check_line(reason, "reason")
    with tenant.writing() as work:
        product_type = work.stock.get(code_id).product_type
        take_turn(work, product_type)
        code = work.stock.get(code_id)
        _check_unsold(code, "id")
        work.stock_imports.find(code.import_id)
        _withdraw(tenant.ports, work, [code_id], why, actor)
        _record(tenant, work, code_id, f"a code of {code.licenses} × {code.sku}", actor, why)
        review(tenant.ports, work, product_type)
        return work.stock.get(code_id)


def find_unsold(tenant: Tenant, code: str) -> StockCode:
    """That code in stock, if it can be withdrawn.

    Raises ``Refusal`` on ``code``: NOT_FOUND, or INVALID once it was sold.
    """
    with tenant.reading() as work:
        for found in work.stock.by_fingerprints([mark_of(tenant.ports, work, code)]).values():
            _check_unsold(found, "code")
            return found
    raise Refusal(ErrorCode.NOT_FOUND, "There is no such code in stock.", field="code")


def before_undo(tenant: Tenant, import_id: UUID) -> Remaining:
    """What undoing an import would do. Raises ``Refusal`` NOT_FOUND on ``id``."""
    with tenant.reading() as work:
        return Remaining(
            source=work.stock_imports.find(import_id).source,
            unsold=work.stock.unsold_amount_of_import(import_id),
            sold=work.stock.count_sold_of_import(import_id),
        )


def undo_import(
    tenant: Tenant, import_id: UUID, reason: str, actor: Actor, *, check_only: bool = False
) -> Undone:
    """Withdraw an import's unsold codes; ``check_only`` only counts them.

    ``BATCH`` codes at a time, so that no sale waits for long: after an interruption the rest is
    withdrawn by calling it again. Raises ``Refusal``: NOT_FOUND on ``id``, or on ``reason``.
    """
    why = "" if check_only else check_line(reason, "reason")
    with tenant.reading() as work:
        made = work.stock_imports.find(import_id)
        unsold = work.stock.unsold_amount_of_import(import_id).codes
    if not check_only:
        unsold = _withdraw_all(tenant, import_id, why, actor)
    return Undone(
        import_id=import_id, source=made.source, withdrawn=unsold, left=made.added - unsold
    )


def _withdraw_all(tenant: Tenant, import_id: UUID, reason: str, actor: Actor) -> int:
    withdrawn, some = 0, list[UUID]()
    while True:
        with tenant.writing() as work:
            # Always in the same order, so that two processes cannot deadlock.
            for product_type in sorted(ProductType):
                take_turn(work, product_type)
            after = some[-1] if some else None
            some = work.stock.unsold_of_import(import_id, after=after, limit=BATCH)
            _withdraw(tenant.ports, work, some, reason, actor)
            if some:
                name = f"{len(some)} codes of an import"
                _record(tenant, work, import_id, name, actor, reason)
            for product_type in sorted(ProductType):
                review(tenant.ports, work, product_type)
        withdrawn += len(some)
        if len(some) < BATCH:
            return withdrawn


def _check_unsold(code: StockCode, field: str) -> None:
    if not code.is_unsold:
        raise Refusal(ErrorCode.INVALID, _REFUSED[code.state], field=field)


def _withdraw(
    ports: Ports, work: UnitOfWork, code_ids: Collection[UUID], reason: str, actor: Actor
) -> None:
    work.stock.withdraw(code_ids, reason=reason, by=actor.name, at=ports.clock())
    work.claims.release(code_ids)


def _record(
    tenant: Tenant, work: UnitOfWork, subject_id: UUID, name: str, actor: Actor, reason: str
) -> None:
    subject = Subject(kind=SubjectKind.STOCK, id=str(subject_id), name=name)
    withdrawn = Change(field="withdrawn", before=None, after=reason)
    work.audit.record(actor, tenant.ports.clock(), subject, [withdrawn])


_SOLD = (
    "This code was sold and belongs to an order: cancel the asset, which leads to its revocation."
)
_REFUSED = {
    **dict.fromkeys(StockState, _SOLD),
    StockState.WITHDRAWN: "This code was withdrawn already.",
}
