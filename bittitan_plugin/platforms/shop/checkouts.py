"""Baskets: filled by a signed-in customer, priced when looked at, sold once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.catalogue import check_quantity
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.invoicing import Taxation, TaxedAmount, total_of
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.texts import quoted
from bittitan_plugin.platforms.shop.catalogue import Variant, load_variants
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.inputs import MOST_LINES, LineInput, check_email, check_metadata
from bittitan_plugin.platforms.shop.installation import settings_now
from bittitan_plugin.platforms.shop.tables import CheckoutLineRow, CheckoutRow, OrderRow, UserRow

#: The currency of a basket unless its customer asks for another.
DEFAULT_CURRENCY = "USD"


@dataclass(frozen=True, kw_only=True)
class CheckoutLine:
    """A line with its variant; None when that is no longer sold."""

    row: CheckoutLineRow
    variant: Variant | None

    def price(self, currency: str) -> Money | None:
        """The price of one piece, or None when it is not sold in that currency."""
        return self.variant.prices.get(currency) if self.variant else None


@dataclass(frozen=True, kw_only=True)
class CheckoutRecord:
    """A basket with its lines in the order they were added."""

    row: CheckoutRow
    lines: tuple[CheckoutLine, ...]
    taxation: Taxation

    @property
    def total(self) -> TaxedAmount:
        """What it costs now, with its tax; lines that cannot be sold are not counted."""
        return total_of((self.amount(line) for line in self.lines), self.row.currency)

    def amount(self, line: CheckoutLine) -> TaxedAmount:
        """What a whole line costs now; nothing when it cannot be sold."""
        price = line.price(self.row.currency) or Money.of(0, self.row.currency)
        return self.taxation.of(price.times(line.row.quantity))


class Checkouts:
    """Makes and changes the baskets of one customer at a time. Raises ``Refusal``."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def create(
        self,
        user: UserRow,
        lines: Sequence[LineInput],
        *,
        email: str | None = None,
        currency: str = DEFAULT_CURRENCY,
    ) -> CheckoutRecord:
        """A new basket. ``email`` gets the goods; by default it is the customer's own."""
        checkout = CheckoutRow(
            id=uuid4(),
            user_id=user.id,
            email=check_email(email) if email else user.email,
            currency=Money.of(0, currency).currency,
            created_at=self._database.clock(),
            version=1,
        )
        wanted = _checked(lines)
        with self._database.writing() as session:
            session.add(checkout)
            session.flush()
            _add_lines(session, checkout, wanted)
            return load_checkout(session, checkout)

    def add_lines(
        self, user: UserRow, checkout_id: UUID, lines: Sequence[LineInput]
    ) -> CheckoutRecord:
        """Add to a basket; the same variant with the same metadata adds to its line."""
        wanted = _checked(lines)
        with self._database.writing() as session:
            checkout = _open_checkout(session, user, checkout_id)
            _add_lines(session, checkout, wanted)
            checkout.version += 1
            return load_checkout(session, checkout)

    def set_quantities(
        self, user: UserRow, checkout_id: UUID, quantities: Sequence[tuple[str, int]]
    ) -> CheckoutRecord:
        """Set lines' quantities by (line id, quantity); 0 removes the line, as in Saleor."""
        with self._database.writing() as session:
            checkout = _open_checkout(session, user, checkout_id)
            rows = {row.id: row for row in _line_rows(session, checkout)}
            for index, (line_id, quantity) in enumerate(quantities):
                place = f"lines[{index}]"
                row = rows.get(parse_id(Kind.CHECKOUT_LINE, line_id, field=f"{place}.lineId"))
                if row is None:
                    raise Refusal(
                        ErrorCode.NOT_FOUND, "There is no such line.", field=f"{place}.lineId"
                    )
                if quantity == 0:
                    session.delete(rows.pop(row.id))
                else:
                    row.quantity = check_quantity(quantity, name=f"{place}.quantity")
            checkout.version += 1
            session.flush()
            return load_checkout(session, checkout)

    def get(self, user: UserRow, checkout_id: UUID) -> CheckoutRecord:
        """The customer's basket. Raises ``Refusal`` NOT_FOUND, also for another customer's."""
        with self._database.reading() as session:
            return load_checkout(session, owned_checkout(session, user, checkout_id))


def owned_checkout(
    session: Session, user: UserRow, checkout_id: UUID, *, lock: bool = False
) -> CheckoutRow:
    """The customer's basket, locked if asked. Raises ``Refusal`` NOT_FOUND on ``id``."""
    query = select(CheckoutRow).where(CheckoutRow.id == checkout_id, CheckoutRow.user_id == user.id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such checkout.", field="id")
    return row


def load_checkout(session: Session, row: CheckoutRow) -> CheckoutRecord:
    """The basket with its lines and their variants, in four statements."""
    rows = _line_rows(session, row)
    variants = load_variants(session, {line.variant_id for line in rows})
    lines = (CheckoutLine(row=line, variant=variants.get(line.variant_id)) for line in rows)
    return CheckoutRecord(row=row, lines=tuple(lines), taxation=settings_now(session).taxation)


def check_sellable(variant: Variant | None, currency: str, field: str) -> Variant:
    """The variant, if it may be bought in that currency. Raises ``Refusal`` on ``field``."""
    if variant is None or not variant.product.published:
        raise Refusal(ErrorCode.NOT_FOUND, "That variant is not on sale.", field=field)
    if currency not in variant.prices:
        raise Refusal(
            ErrorCode.INVALID,
            f"{quoted(variant.row.sku)} is not sold in {quoted(currency)}.",
            field=field,
        )
    return variant


def _open_checkout(session: Session, user: UserRow, checkout_id: UUID) -> CheckoutRow:
    checkout = owned_checkout(session, user, checkout_id, lock=True)
    if session.scalar(select(OrderRow.id).where(OrderRow.checkout_id == checkout_id)):
        raise Refusal(ErrorCode.INVALID, "This checkout was completed already.", field="id")
    return checkout


def _line_rows(session: Session, checkout: CheckoutRow) -> list[CheckoutLineRow]:
    query = select(CheckoutLineRow).where(CheckoutLineRow.checkout_id == checkout.id)
    return list(session.scalars(query.order_by(CheckoutLineRow.position, CheckoutLineRow.id)))


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """A line that a client wants, checked by itself."""

    place: str
    variant_id: UUID
    quantity: int
    metadata: dict[str, str]


def _checked(lines: Sequence[LineInput]) -> list[_Wanted]:
    """The lines, after the checks that need no transaction, because others would wait for it."""
    _check_count(len(lines))
    return [
        _Wanted(
            place=(place := f"lines[{index}]"),
            variant_id=parse_id(Kind.VARIANT, line.variant_id, field=f"{place}.variantId"),
            quantity=check_quantity(line.quantity, name=f"{place}.quantity"),
            metadata=check_metadata(line.metadata, f"{place}.metadata"),
        )
        for index, line in enumerate(lines)
    ]


def _check_count(count: int) -> None:
    if count > MOST_LINES:
        raise Refusal(ErrorCode.INVALID, f"At most {MOST_LINES} lines fit.", field="lines")


def _add_lines(session: Session, checkout: CheckoutRow, lines: Sequence[_Wanted]) -> None:
    rows = _line_rows(session, checkout)
    variants = load_variants(session, {line.variant_id for line in lines})
    for line in lines:
        variant = variants.get(line.variant_id)
        check_sellable(variant, checkout.currency, f"{line.place}.variantId")
        same = next(
            (
                row
                for row in rows
                if row.variant_id == line.variant_id and row.line_metadata == line.metadata
            ),
            None,
        )
        if same is not None:
            total = same.quantity + line.quantity
            same.quantity = check_quantity(total, name=f"{line.place}.quantity")
            continue
        row = CheckoutLineRow(
            id=uuid4(),
            checkout_id=checkout.id,
            position=rows[-1].position + 1 if rows else 0,
            variant_id=line.variant_id,
            quantity=line.quantity,
            line_metadata=line.metadata,
        )
        session.add(row)
        rows.append(row)
    _check_count(len(rows))
    session.flush()
