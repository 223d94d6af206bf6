"""Between rows and domain values, in both directions."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import Row

from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.assets import (
    Asset,
    AssetStatus,
    ProvisioningError,
    ProvisioningStatus,
)
from bittitan_plugin.domain.billing import InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.catalogue import Listed, Product, ProductType
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus, Sealed
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import Actor, ActorKind, Change, HistoryEntry
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind
from bittitan_plugin.domain.requests import CancellationRequest, RequestState
from bittitan_plugin.domain.runs import Run, RunKind, RunState
from bittitan_plugin.store.tables import (
    AccountRow,
    AssetRow,
    CancellationRequestRow,
    HistoryRow,
    ProblemRow,
    RunRow,
)

Found = TypeVar("Found")
T = TypeVar("T")

_log = structlog.get_logger(__name__)

#: Fields of an asset that are stored under their own name, as they are.
_PLAIN = (
    "id",
    "account_id",
    "end_customer_id",
    "product_id",
    "sku",
    "name",
    "friendly_name",
    "order_id",
    "order_number",
    "order_line_id",
    "recipient_email",
    "quantity",
    "purchase_date",
    "expire_days",
    "validity_days",
    "refund_window_days",
    "time_zone",
    "coupon_id",
    "coupon_code",
    "coupon_inferred_at",
    "coupon_expires_at",
    "coupon_account",
    "coupon_listed_since",
    "coupon_adopted",
    "expiry_reminder_days",
    "requested_at",
    "welcomed_at",
    "cancelled_at",
    "version",
)


def asset_values(asset: Asset) -> dict[str, Any]:
    """The columns of an asset's row."""
    values = {name: getattr(asset, name) for name in _PLAIN}
    error = asset.provisioning_error
    return {
        **values,
        "product_type": asset.product_type.value,
        "unit_amount": asset.unit_price.amount,
        "total_amount": asset.total.amount,
        "tax_amount": asset.tax.amount if asset.tax else None,
        "currency": asset.total.currency,
        "coupon_source": asset.coupon_source.value,
        "coupon_status": asset.coupon_status.value,
        "provisioning_status": asset.provisioning_status.value,
        "provisioning_error_code": error.code.value if error else None,
        "provisioning_error_message": error.message if error else None,
        "status": asset.status.value,
        **_invoice_values("invoice", asset.invoice),
        **_invoice_values("credit_invoice", asset.credit_invoice),
        **_refund_values(asset.refund),
    }


def to_asset(row: AssetRow | Row[Any]) -> Asset:
    """The asset a row holds."""
    plain = {name: getattr(row, name) for name in _PLAIN}
    plain["coupon_code"] = None if row.coupon_code is None else Sealed(row.coupon_code)
    return Asset(
        **plain,
        product_type=ProductType(row.product_type),
        unit_price=Money(row.unit_amount, row.currency),
        total=Money(row.total_amount, row.currency),
        tax=None if row.tax_amount is None else Money(row.tax_amount, row.currency),
        coupon_source=CouponSource(row.coupon_source),
        coupon_status=CouponStatus(row.coupon_status),
        provisioning_status=ProvisioningStatus(row.provisioning_status),
        provisioning_error=_provisioning_error(row),
        status=AssetStatus(row.status),
        invoice=_invoice(row.invoice_id, row.invoice_number, row.invoice_url),
        credit_invoice=_invoice(
            row.credit_invoice_id, row.credit_invoice_number, row.credit_invoice_url
        ),
        refund=_refund(row),
    )


def readable(
    rows: Iterable[Found],
    read: Callable[[Found], T],
    left_out: Callable[[Found], object] = lambda _row: None,
) -> list[T]:
    """What these rows hold, for whoever looks through many.

    A row that nobody can read hides none of the others: it is logged, and ``left_out`` is told.
    """
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except Exception as error:
            which = str(getattr(row, "id", "?"))
            _log.exception("row_unreadable", id=which, error=type(error).__name__)
            left_out(row)
    return found


def _provisioning_error(row: AssetRow | Row[Any]) -> ProvisioningError | None:
    if row.provisioning_error_code is None:
        return None
    return ProvisioningError(
        code=ErrorCode(row.provisioning_error_code),
        message=row.provisioning_error_message or "",
    )


def _invoice(id_: str | None, number: str | None, url: str | None) -> InvoiceReference | None:
    return None if id_ is None else InvoiceReference(id=id_, number=number or "", url=url)


def _refund(row: AssetRow | Row[Any]) -> Refund | None:
    if row.refund_status is None or row.refund_amount is None:
        return None
    return Refund(
        status=RefundStatus(row.refund_status),
        amount=Money(row.refund_amount, row.currency),
        by_hand=Money(row.refund_by_hand_amount or Decimal(0), row.currency),
        reason=row.refund_reason or "",
    )


def _refund_values(refund: Refund | None) -> dict[str, Any]:
    return {
        "refund_status": refund.status.value if refund else None,
        "refund_amount": refund.amount.amount if refund else None,
        "refund_by_hand_amount": refund.by_hand.amount if refund else None,
        "refund_reason": refund.reason if refund else None,
    }


def _invoice_values(prefix: str, invoice: InvoiceReference | None) -> dict[str, str | None]:
    return {
        f"{prefix}_id": invoice.id if invoice else None,
        f"{prefix}_number": invoice.number if invoice else None,
        f"{prefix}_url": invoice.url if invoice else None,
    }


def account_values(account: Account) -> dict[str, Any]:
    """The columns of an account's row."""
    return {**vars(account), "status": account.status.value}


def to_account(row: AccountRow | Row[Any]) -> Account:
    """The account a row holds."""
    return Account(
        id=row.id,
        customer_id=row.customer_id,
        email=row.email,
        company=row.company,
        reseller_id=row.reseller_id,
        status=AccountStatus(row.status),
        partner_id=row.partner_id,
        sync_error=row.sync_error,
        created_at=row.created_at,
    )


def product_values(product: Product) -> dict[str, Any]:
    """The columns of a product's row; prices have rows of their own."""
    apart = {"prices", "imported"}
    listed = product.imported
    return {
        **{key: value for key, value in vars(product).items() if key not in apart},
        "product_type": product.product_type.value,
        "imported_name": listed.name if listed else None,
        "imported_amount": listed.price.amount if listed else None,
        "imported_currency": listed.price.currency if listed else None,
    }


def to_product(row: Row[Any], prices: dict[str, Money]) -> Product:
    """The product a row holds, with its prices by currency."""
    return Product(
        id=row.id,
        product_type=ProductType(row.product_type),
        sku=row.sku,
        name=row.name,
        expire_days=row.expire_days,
        validity_days=row.validity_days,
        variant_id=row.variant_id,
        host_product_id=row.host_product_id,
        published=row.published,
        prices=prices,
        imported=_listed(row),
    )


def _listed(row: Row[Any]) -> Listed | None:
    name, amount, currency = row.imported_name, row.imported_amount, row.imported_currency
    if name is None or amount is None or currency is None:
        return None
    return Listed(name=name, price=Money(amount, currency))


def request_values(request: CancellationRequest) -> dict[str, Any]:
    """The columns of a cancellation request's row."""
    return {**vars(request), "state": request.state.value}


def to_request(row: CancellationRequestRow) -> CancellationRequest:
    """The cancellation request a row holds."""
    return CancellationRequest(
        id=row.id,
        asset_id=row.asset_id,
        requested_by=row.requested_by,
        comment=row.comment,
        created_at=row.created_at,
        deadline=row.deadline,
        state=RequestState(row.state),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        reminded_at=row.reminded_at,
    )


def history_values(
    installation_id: UUID, asset_id: UUID, entry: HistoryEntry, digest: str
) -> dict[str, Any]:
    """The columns of the row that keeps one change."""
    return {
        "installation_id": installation_id,
        "asset_id": asset_id,
        "at": entry.at,
        "actor_kind": entry.actor.kind.value,
        "actor_name": entry.actor.name,
        "field": entry.change.field,
        "before": entry.change.before,
        "after": entry.change.after,
        "digest": digest,
    }


def to_history(row: HistoryRow) -> HistoryEntry:
    """The change a row keeps."""
    return HistoryEntry(
        at=row.at,
        actor=Actor(ActorKind(row.actor_kind), row.actor_name),
        change=Change(field=row.field, before=row.before, after=row.after),
    )


def to_problem(row: ProblemRow) -> Problem:
    """The problem a row keeps."""
    return Problem(
        id=row.id,
        kind=ProblemKind(row.kind),
        key=row.key,
        asset_id=row.asset_id,
        order_id=row.order_id,
        message=row.message,
        next_step=row.next_step,
        action=ProblemAction(row.action),
        first_at=row.first_at,
        last_at=row.last_at,
        occurrences=row.occurrences,
        resolved_at=row.resolved_at,
        dismissed_by=row.dismissed_by,
    )


def run_values(run: Run) -> dict[str, Any]:
    """The columns of a run's row."""
    plain = {**vars(run), "kind": run.kind.value, "state": run.state.value}
    return {**plain, "report": dict(run.report)}


def to_run(row: RunRow) -> Run:
    """The run a row holds."""
    return Run(
        id=row.id,
        kind=RunKind(row.kind),
        state=RunState(row.state),
        done=row.done,
        total=row.total,
        started_by=row.started_by,
        started_at=row.started_at,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        report=row.report,
        error=row.error,
    )
