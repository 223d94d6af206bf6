"""Drafts: orders that staff enter for a customer, and may change until they are executed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bittitan_plugin.domain.audit_entries import differences
from bittitan_plugin.domain.catalogue import check_quantity
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.audit import record
from bittitan_plugin.platforms.shop.catalogue import Variant, load_variants
from bittitan_plugin.platforms.shop.checkout_completion import ORDER_NUMBERS
from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY, check_sellable
from bittitan_plugin.platforms.shop.database import ShopDatabase, next_number
from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id, try_parse
from bittitan_plugin.platforms.shop.inputs import MOST_LINES, LineInput, check_email, check_metadata
from bittitan_plugin.platforms.shop.installation import settings_now
from bittitan_plugin.platforms.shop.order_audit import SHOP, STATE_WORDS, subject_of_order
from bittitan_plugin.platforms.shop.order_records import (
    OrderRecord,
    OrderState,
    complete_record,
    load_order,
    locked,
    number_of,
    total_of,
)
from bittitan_plugin.platforms.shop.paging import Listing
from bittitan_plugin.platforms.shop.tables import OrderLineRow, OrderRow, UserRow


@dataclass(frozen=True, kw_only=True)
class DraftChanges:
    """What becomes of a draft; None leaves a value as it is, ``lines`` replaces all of them."""

    user: UserRow | None = None
    lines: Sequence[LineInput] | None = None
    #: Where the goods go.
    email: str | None = None
    currency: str | None = None


class Drafts:
    """Makes, changes and deletes drafts. No plugin hears of it: a draft is not an order yet.

    Changes raise ``Refusal`` on the input at fault, ``Refusals`` on all of them.
    """

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def listing(self) -> Listing[OrderRow]:
        """The drafts, newest first."""
        query = select(OrderRow).where(OrderRow.status == OrderState.DRAFT)
        return Listing(query=query, key=OrderRow.sequence, descending=True)

    def create(
        self,
        user: UserRow,
        lines: Sequence[LineInput],
        *,
        email: str | None = None,
        currency: str = DEFAULT_CURRENCY,
        order_id: UUID | None = None,
        by: Actor = SHOP,
    ) -> OrderRecord:
        """A draft for a customer; unlike a basket its prices are fixed now.

        With ``order_id`` the call can be repeated: one id is one draft. Raises ``Refusal`` UNIQUE
        where that draft says something else. ``by`` is who makes it, for the audit.
        """
        wanted = _Wanted(
            key=order_id or uuid4(), user=user, lines=lines, email=email, currency=currency
        )
        try:
            with self._database.writing() as session:
                known = load_order(session, wanted.key)
                return _same(known, wanted) if known else self._made(session, wanted, by)
        except IntegrityError:
            # It was sent twice at once, and the other was first.
            with self._database.reading() as session:
                known = load_order(session, wanted.key)
            if known is None:
                raise
            return _same(known, wanted)

    def update(
        self, order_id: UUID, changes: DraftChanges, *, by: Actor, version: int | None = None
    ) -> OrderRecord:
        """Change a draft. New lines, or another currency, are priced as products cost now.

        With ``version``, that of the draft as it was looked at, somebody else's change meanwhile
        is not overwritten: ``Refusal`` INVALID on ``version``.
        """
        with self._database.writing() as session:
            order = _locked_draft(session, order_id, version)
            before = complete_record(session, order, session.get_one(UserRow, order.user_id))
            shown = _shown(before)
            _apply(session, before, changes)
            order.version += 1
            order.updated_at = self._database.clock()
            session.flush()
            after = complete_record(session, order, changes.user or before.user)
            made = differences(shown, _shown(after))
            record(session, by, order.updated_at, subject_of_order(order), made)
        return after

    def delete(self, order_id: UUID, *, by: Actor, version: int | None = None) -> OrderRecord:
        """Delete a draft and return it. Its number is not given to another order.

        ``version`` as for ``update``.
        """
        with self._database.writing() as session:
            order = _locked_draft(session, order_id, version)
            gone = complete_record(session, order, session.get_one(UserRow, order.user_id))
            session.execute(delete(OrderLineRow).where(OrderLineRow.order_id == order_id))
            session.execute(delete(OrderRow).where(OrderRow.id == order_id))
            shown = _shown(gone)
            lost = differences(shown, dict.fromkeys(shown))
            record(session, by, self._database.clock(), subject_of_order(order), lost)
        return gone

    def _made(self, session: Session, wanted: "_Wanted", by: Actor) -> OrderRecord:
        now = self._database.clock()
        email, rows = _checked(session, wanted)
        order = OrderRow(
            id=wanted.key,
            sequence=next_number(session, ORDER_NUMBERS),
            status=OrderState.DRAFT,
            user_id=wanted.user.id,
            email=email,
            currency=wanted.currency,
            total=Decimal(0),
            charged=Decimal(0),
            refunded=Decimal(0),
            taken_back=Decimal(0),
            on_account=False,
            created_at=now,
            updated_at=now,
        )
        _tax(session, order, rows)
        session.add(order)
        session.flush()
        session.add_all(rows)
        made = OrderRecord(row=order, lines=rows, user=wanted.user)
        record(session, by, now, subject_of_order(order), differences({}, _shown(made)))
        return made


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """All that a draft is to say."""

    key: UUID
    user: UserRow
    lines: Sequence[LineInput]
    email: str | None
    currency: str


def _locked_draft(session: Session, order_id: UUID, version: int | None) -> OrderRow:
    order = locked(session, order_id)
    if order.status != OrderState.DRAFT:
        raise Refusal(
            ErrorCode.INVALID,
            f"Order {number_of(order)} is not a draft any more: it can be neither changed nor "
            "deleted.",
            field="id",
        )
    if version is not None and version != order.version:
        raise Refusal(
            ErrorCode.INVALID,
            f"Somebody else changed draft {number_of(order)} meanwhile.",
            field="version",
        )
    return order


def _same(known: OrderRecord, wanted: _Wanted) -> OrderRecord:
    """The draft that was made under this key. Raises ``Refusal`` if it says something else."""
    rows = [(row.variant_id, row.quantity, row.line_metadata) for row in known.lines]
    lines = [
        (try_parse(Kind.VARIANT, line.variant_id), line.quantity, _written(line.metadata))
        for line in wanted.lines
    ]
    said = (known.user.id, known.row.currency, rows)
    if said != (wanted.user.id, wanted.currency, lines):
        raise Refusal(
            ErrorCode.UNIQUE,
            f"This has made draft {number_of(known.row)} already, with something else in it.",
            field="id",
        )
    return known


def _written(metadata: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {key: value.strip() for key, value in metadata if value.strip()}


def _apply(session: Session, draft: OrderRecord, changes: DraftChanges) -> None:
    """Give the draft what changes, its lines anew where these or the currency do."""
    order, user = draft.row, changes.user or draft.user
    own = draft.row.email == draft.user.email
    wanted = _Wanted(
        key=order.id,
        user=user,
        lines=_as_inputs(draft) if changes.lines is None else changes.lines,
        email=changes.email or (None if own else order.email),
        currency=changes.currency or order.currency,
    )
    repriced = changes.lines is not None or wanted.currency != order.currency
    order.email, rows = _checked(session, wanted, lines=repriced)
    order.user_id = user.id
    if repriced:
        session.execute(delete(OrderLineRow).where(OrderLineRow.order_id == order.id))
        session.add_all(rows)
        order.currency = wanted.currency
        _tax(session, order, rows)


def _tax(session: Session, order: OrderRow, rows: Sequence[OrderLineRow]) -> None:
    """Tax the order as sales are taxed now, and give it the total of these lines."""
    taxation = settings_now(session).taxation
    order.tax_rate, order.prices_include_tax = taxation.rate, taxation.included
    order.total = total_of(order, rows).gross.amount


def _as_inputs(draft: OrderRecord) -> list[LineInput]:
    """The draft's lines, as they would be entered."""
    return [
        LineInput(
            variant_id=global_id(Kind.VARIANT, row.variant_id) if row.variant_id else "",
            quantity=row.quantity,
            metadata=list(row.line_metadata.items()),
        )
        for row in draft.lines
    ]


def _checked(
    session: Session, wanted: _Wanted, *, lines: bool = True
) -> tuple[str, tuple[OrderLineRow, ...]]:
    """The recipient's address and, where ``lines`` are asked for, the rows at today's prices.

    Raises ``Refusal`` on the input at fault, ``Refusals`` on all of them.
    """
    faults, user = Faults(), wanted.user
    faults.of(lambda: _check_customer(user), None)
    email = faults.of(lambda: check_email(wanted.email or user.email, "userEmail"), "")
    rows = _line_rows(session, wanted, faults) if lines else tuple[OrderLineRow, ...]()
    faults.check()
    return email, rows


def _check_customer(user: UserRow) -> None:
    if user.is_staff:
        raise Refusal(ErrorCode.NOT_FOUND, "Staff do not buy: name a customer.", field="user")


def _check_count(count: int) -> None:
    if not 1 <= count <= MOST_LINES:
        raise Refusal(ErrorCode.REQUIRED, f"Give 1 to {MOST_LINES} lines.", field="lines")


def _line_rows(session: Session, wanted: _Wanted, faults: Faults) -> tuple[OrderLineRow, ...]:
    faults.of(lambda: _check_count(len(wanted.lines)), None)
    faults.of(lambda: Money.of(0, wanted.currency), None)
    ids = (try_parse(Kind.VARIANT, line.variant_id) for line in wanted.lines)
    variants = load_variants(session, {key for key in ids if key is not None})
    rows = [
        _line_row(wanted, index, line, variants, faults) for index, line in enumerate(wanted.lines)
    ]
    return tuple(row for row in rows if row is not None)


def _line_row(
    wanted: _Wanted,
    index: int,
    line: LineInput,
    variants: Mapping[UUID, Variant],
    faults: Faults,
) -> OrderLineRow | None:
    """The line at today's price; None, and the faults noted, where it cannot be sold."""
    place = f"lines[{index}]"
    variant = faults.of(lambda: _variant(wanted, line, variants, f"{place}.variantId"), None)
    faults.of(lambda: check_quantity(line.quantity, name=f"{place}.quantity"), 0)
    metadata = faults.of(
        lambda: check_metadata(line.metadata, f"{place}.metadata"), dict[str, str]()
    )
    if variant is None:
        return None
    return OrderLineRow(
        id=uuid4(),
        order_id=wanted.key,
        position=index,
        variant_id=variant.row.id,
        sku=variant.row.sku,
        product_name=variant.product.name,
        variant_name=variant.row.name,
        product_type=variant.product.product_type,
        quantity=line.quantity,
        quantity_fulfilled=0,
        unit_amount=variant.prices[wanted.currency].amount,
        line_metadata=metadata,
    )


def _variant(
    wanted: _Wanted, line: LineInput, variants: Mapping[UUID, Variant], place: str
) -> Variant | None:
    key = parse_id(Kind.VARIANT, line.variant_id, field=place)
    return check_sellable(variants.get(key), wanted.currency, place)


def _shown(draft: OrderRecord) -> dict[str, object]:
    """What the audit says of a draft."""
    currency = draft.row.currency
    return {
        "orderState": STATE_WORDS[OrderState(draft.row.status)],
        "customer": draft.user.email,
        "recipient": draft.row.email,
        "lines": "; ".join(_line_shown(row, currency) for row in draft.lines),
        "total": Money(draft.row.total, currency),
    }


def _line_shown(row: OrderLineRow, currency: str) -> str:
    typed = ", ".join(row.line_metadata.values())
    text = f"{row.quantity} × {row.sku} at {Money(row.unit_amount, currency)}"
    return f"{text} ({typed})" if typed else text
