"""The lists that staff browse in the back office, each of one installation only."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, case, cast, func, literal, select, union_all
from sqlalchemy.orm import aliased

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.audit_entries import AuditEntry, Subject, SubjectKind
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.domain.stock import StockCode
from bittitan_plugin.store.mapping import from_row, to_asset
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.repositories.retries import to_retry
from bittitan_plugin.store.repositories.stock import are_shown
from bittitan_plugin.store.tables import (
    AccountRow,
    AssetRow,
    AuditRow,
    CancellationRequestRow,
    HistoryRow,
    ProblemRow,
    ProductRow,
    RetryRow,
    StockCodeRow,
)
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Whether a product is on sale, as a status.
PUBLISHED, HIDDEN = "PUBLISHED", "HIDDEN"


@dataclass(frozen=True, kw_only=True)
class AssetLine:
    """An asset and the accounts it belongs to."""

    asset: Asset
    account_email: str
    end_customer_email: str | None


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """An account and, of an end customer, the reseller it belongs to."""

    account: Account
    reseller_email: str | None

    @property
    def id(self) -> UUID:
        """The account's."""
        return self.account.id


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """A cancellation request and the asset it is about."""

    request: CancellationRequest
    asset: Asset


@dataclass(frozen=True, kw_only=True)
class WaitingLine:
    """Durable work that waits for its next attempt, and the asset it is about, if there is one."""

    retry: Retry
    asset: Asset | None

    @property
    def id(self) -> str:
        """The id under which the work was first handed in."""
        return self.retry.id

    @property
    def order_number(self) -> str | None:
        """The number people know the order by; its id while there is no asset."""
        return self.asset.order_number if self.asset else self.retry.order_id


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One recorded change, of an asset or of anything else."""

    #: Its own in the whole audit.
    id: str
    entry: AuditEntry
    #: The number of the order that it is about, if it is about one.
    order_number: str | None


def assets(work: UnitOfWork) -> Browser[AssetLine]:
    """Assets with the addresses of the buyer and the end customer."""
    end_customer = aliased(AccountRow)
    rows = (
        select(AssetRow, AccountRow.email, end_customer.email)
        .join(AccountRow, AccountRow.id == AssetRow.account_id)
        .outerjoin(end_customer, end_customer.id == AssetRow.end_customer_id)
        .where(AssetRow.installation_id == work.installation_id)
    )
    return Browser(
        rows=rows,
        key=AssetRow.id,
        columns={
            "name": AssetRow.name,
            "friendly_name": AssetRow.friendly_name,
            "order_number": AssetRow.order_number,
            "account": AccountRow.email,
            "end_customer": end_customer.email,
            "product_type": AssetRow.product_type,
            "quantity": AssetRow.quantity,
            "total": AssetRow.total_amount,
            "purchase_date": AssetRow.purchase_date,
            "status": AssetRow.status,
            "provisioning_status": AssetRow.provisioning_status,
            "coupon_status": AssetRow.coupon_status,
            "coupon_expires_at": AssetRow.coupon_expires_at,
            "error": AssetRow.provisioning_error_code,
            "invoice": AssetRow.invoice_number,
            "credit_invoice": AssetRow.credit_invoice_number,
        },
        searched=[
            AssetRow.name,
            AssetRow.friendly_name,
            AssetRow.order_number,
            AssetRow.recipient_email,
            AssetRow.invoice_number,
            AssetRow.credit_invoice_number,
        ],
        to_item=_asset_line,
    )


def requests(work: UnitOfWork) -> Browser[RequestLine]:
    """Cancellation requests with what they are about."""
    rows = (
        select(CancellationRequestRow, AssetRow)
        .join(AssetRow, AssetRow.id == CancellationRequestRow.asset_id)
        .where(CancellationRequestRow.installation_id == work.installation_id)
    )
    return Browser(
        rows=rows,
        key=CancellationRequestRow.id,
        columns={
            "state": CancellationRequestRow.state,
            "asset": AssetRow.name,
            "order_number": AssetRow.order_number,
            "requested_by": CancellationRequestRow.requested_by,
            "created_at": CancellationRequestRow.created_at,
            "deadline": CancellationRequestRow.deadline,
            "decided_by": CancellationRequestRow.decided_by,
            "total": AssetRow.total_amount,
        },
        searched=[
            AssetRow.name,
            AssetRow.order_number,
            CancellationRequestRow.requested_by,
            CancellationRequestRow.comment,
        ],
        to_item=lambda row: RequestLine(
            request=from_row(CancellationRequest, row[0]), asset=to_asset(row[1])
        ),
    )


def accounts(work: UnitOfWork) -> Browser[AccountLine]:
    """Accounts, including resellers' end customers with the reseller's address."""
    reseller = aliased(AccountRow)
    rows = select(AccountRow, reseller.email).outerjoin(
        reseller, reseller.id == AccountRow.reseller_id
    )
    return Browser(
        rows=rows.where(AccountRow.installation_id == work.installation_id),
        key=AccountRow.id,
        columns={
            "email": AccountRow.email,
            "company": AccountRow.company,
            "status": AccountRow.status,
            "created_at": AccountRow.created_at,
            "reseller": reseller.email,
            "sync_error": AccountRow.sync_error,
        },
        searched=[AccountRow.email, AccountRow.company],
        to_item=lambda row: AccountLine(account=from_row(Account, row[0]), reseller_email=row[1]),
    )


def products(work: UnitOfWork) -> Browser[UUID]:
    """Licence products, by their ids: their prices come in one further statement."""
    state = case((ProductRow.published, PUBLISHED), else_=HIDDEN)
    # Names differ in case only where somebody typed them.
    name, sku = func.lower(ProductRow.name), func.lower(ProductRow.sku)
    return Browser(
        rows=select(ProductRow.id).where(ProductRow.installation_id == work.installation_id),
        key=ProductRow.id,
        columns={
            "name": name,
            "sku": sku,
            "product_type": ProductRow.product_type,
            "expire_days": ProductRow.expire_days,
            "validity_days": ProductRow.validity_days,
            "state": state,
        },
        searched=[ProductRow.name, ProductRow.sku, ProductRow.product_type, state],
        to_item=_id,
    )


def problems(work: UnitOfWork) -> Browser[Problem]:
    """Problems, resolved ones too."""
    return Browser(
        rows=select(ProblemRow).where(ProblemRow.installation_id == work.installation_id),
        key=ProblemRow.id,
        columns={
            "kind": ProblemRow.kind,
            "message": ProblemRow.message,
            "first_at": ProblemRow.first_at,
            "last_at": ProblemRow.last_at,
            "occurrences": ProblemRow.occurrences,
            "resolved_at": ProblemRow.resolved_at,
        },
        searched=[ProblemRow.message, ProblemRow.next_step],
        to_item=lambda row: from_row(Problem, row[0]),
    )


def waiting_work(work: UnitOfWork) -> Browser[WaitingLine]:
    """What waits for another attempt, with the assets it is about."""
    row = RetryRow
    order_number = func.coalesce(AssetRow.order_number, row.order_id)
    return Browser(
        rows=select(row, AssetRow)
        .outerjoin(AssetRow, AssetRow.id == row.asset_id)
        .where(row.installation_id == work.installation_id),
        key=row.id,
        columns={
            "workflow": row.workflow,
            "order_number": order_number,
            "asset": AssetRow.name,
            "since": row.since,
            "error_code": row.error_code,
            "reason": row.reason,
            "next_attempt_at": row.next_attempt_at,
            "attempt": row.attempt,
        },
        searched=[AssetRow.name, AssetRow.friendly_name, order_number, row.reason],
        to_item=lambda found: WaitingLine(
            retry=to_retry(found[0]), asset=to_asset(found[1]) if found[1] else None
        ),
    )


def stock_codes(work: UnitOfWork) -> Browser[StockCode]:
    """The codes of the stock in every state; they stay sealed."""
    row = StockCodeRow
    return Browser(
        rows=select(row).where(
            row.installation_id == work.installation_id, are_shown(work.installation_id)
        ),
        key=row.id,
        columns={
            "state": row.state,
            "product_type": row.product_type,
            "sku": row.sku,
            "licenses": row.licenses,
            "expires_at": row.expires_at,
            "note": row.note,
        },
        searched=[row.sku, row.note],
        to_item=lambda found: from_row(StockCode, found[0]),
    )


def audit(
    work: UnitOfWork, kinds: Collection[SubjectKind] = frozenset(SubjectKind)
) -> Browser[AuditLine]:
    """Every recorded change of subjects of these kinds."""
    parts = [_audit_of_everything_else(work, kinds)]
    if SubjectKind.ASSET in kinds:
        parts.append(_audit_of_assets(work))
    row = union_all(*parts).subquery().c
    return Browser(
        rows=select(*row),
        key=row.key,
        columns={
            "at": row.at,
            "actor_kind": row.actor_kind,
            "actor": row.actor_name,
            "subject_kind": row.subject_kind,
            "subject": row.subject_name,
            "field": row.field,
            "order_number": row.order_number,
        },
        searched=[row.actor_name, row.field, row.subject_name, row.order_number],
        to_item=_audit_line,
    )


def _audit_of_assets(work: UnitOfWork) -> Select[*tuple[Any, ...]]:
    row = HistoryRow
    return (
        select(
            (literal("asset-") + cast(row.id, String)).label("key"),
            row.at,
            row.actor_kind,
            row.actor_name,
            literal(SubjectKind.ASSET.value).label("subject_kind"),
            cast(row.asset_id, String).label("subject_id"),
            AssetRow.name.label("subject_name"),
            row.field,
            row.before,
            row.after,
            AssetRow.order_number,
        )
        .join(AssetRow, AssetRow.id == row.asset_id)
        .where(row.installation_id == work.installation_id)
    )


def _audit_of_everything_else(
    work: UnitOfWork, kinds: Collection[SubjectKind]
) -> Select[*tuple[Any, ...]]:
    row = AuditRow
    is_order = row.subject_kind == SubjectKind.ORDER
    return select(
        cast(row.id, String).label("key"),
        row.at,
        row.actor_kind,
        row.actor_name,
        row.subject_kind,
        row.subject_id,
        row.subject_name,
        row.field,
        row.before,
        row.after,
        case((is_order, row.subject_name)).label("order_number"),
    ).where(row.installation_id == work.installation_id, row.subject_kind.in_(kinds))


def _id(row: Any) -> UUID:
    found: UUID = row.id
    return found


def _asset_line(row: Any) -> AssetLine:
    return AssetLine(asset=to_asset(row[0]), account_email=row[1], end_customer_email=row[2])


def _audit_line(row: Any) -> AuditLine:
    subject = from_row(Subject, row, prefix="subject_")
    if subject.kind is SubjectKind.ASSET:
        # SQLite keeps such an id without its dashes.
        subject = replace(subject, id=str(UUID(subject.id)))
    entry = AuditEntry(
        at=row.at,
        actor=from_row(Actor, row, prefix="actor_"),
        subject=subject,
        change=from_row(Change, row),
    )
    return AuditLine(id=row.key, entry=entry, order_number=row.order_number)
