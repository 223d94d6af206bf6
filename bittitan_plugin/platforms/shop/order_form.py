"""What staff typed into the form of a draft, and everything that is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData

from bittitan_plugin.domain.addresses import check_address
from bittitan_plugin.domain.catalogue import check_quantity
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.texts import check_line, quoted, whole_number
from bittitan_plugin.platforms.line_metadata import (
    END_CUSTOMER_EMAIL,
    END_CUSTOMER_NAME,
    FRIENDLY_NAME,
)
from bittitan_plugin.platforms.shop.catalogue import Variant
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.order_records import OrderRecord

#: The fields of one line, with the labels that people read.
LINE_FIELDS = {
    "variant": "Product",
    "quantity": "Licences",
    "friendly_name": "Friendly name",
    "end_email": "End customer's e-mail",
    "end_name": "End customer's name",
}
#: The fields of a line by the names that the drafts' service gives them.
_OF_SERVICE = {"variantId": "variant", "quantity": "quantity", "metadata": "friendly_name"}


@dataclass(frozen=True, kw_only=True)
class TypedLine:
    """One line of the form, as it was typed."""

    variant: str = ""
    quantity: str = ""
    friendly_name: str = ""
    end_email: str = ""
    end_name: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed; such a line is left out."""
        return not any(getattr(self, name) for name in LINE_FIELDS)


@dataclass(frozen=True, kw_only=True)
class TypedOrder:
    """The whole form, as it was typed."""

    customer: str = ""
    currency: str = ""
    #: The id of the draft that a new form makes, so that sending it twice makes one.
    occasion: str = ""
    #: The version of the draft that was looked at.
    version: str = ""
    lines: tuple[TypedLine, ...] = (TypedLine(),)

    @property
    def filled(self) -> list[tuple[int, TypedLine]]:
        """The lines in which something was typed, with their places in the form."""
        return [(place, line) for place, line in enumerate(self.lines) if not line.is_blank]


def typed_in(form: FormData) -> TypedOrder:
    """What a form that was sent says."""
    columns = [[str(value).strip() for value in form.getlist(name)] for name in LINE_FIELDS]
    lines = tuple(
        TypedLine(**dict(zip(LINE_FIELDS, row, strict=True))) for row in zip(*columns, strict=False)
    )
    names = ("customer", "currency", "occasion", "version")
    return TypedOrder(
        **{name: str(form.get(name, "")).strip() for name in names}, lines=lines or (TypedLine(),)
    )


def typed_of(draft: OrderRecord) -> TypedOrder:
    """The form of a draft as it is."""
    lines = tuple(
        TypedLine(
            variant=global_id(Kind.VARIANT, row.variant_id) if row.variant_id else "",
            quantity=str(row.quantity),
            friendly_name=row.line_metadata.get(FRIENDLY_NAME, ""),
            end_email=row.line_metadata.get(END_CUSTOMER_EMAIL, ""),
            end_name=row.line_metadata.get(END_CUSTOMER_NAME, ""),
        )
        for row in draft.lines
    )
    return TypedOrder(
        customer=draft.user.email,
        currency=draft.row.currency,
        version=str(draft.row.version),
        lines=lines or (TypedLine(),),
    )


def lines_of(
    typed: TypedOrder, offers: Mapping[str, Variant], faults: Faults
) -> Sequence[LineInput]:
    """The lines as the drafts' service takes them; each fault is noted on its field's id."""
    if not typed.filled:
        faults.found.append(_refused("variant-0", "Choose a product.", ErrorCode.REQUIRED))
    return [_line(typed, place, line, offers, faults) for place, line in typed.filled]


def _line(
    typed: TypedOrder,
    place: int,
    line: TypedLine,
    offers: Mapping[str, Variant],
    faults: Faults,
) -> LineInput:
    faults.of(lambda: _check_variant(line, typed.currency, offers, f"variant-{place}"), None)
    quantity = faults.of(lambda: _quantity(line, f"quantity-{place}"), 0)
    metadata = {
        FRIENDLY_NAME: faults.of(lambda: _name(line.friendly_name, f"friendly_name-{place}"), ""),
        END_CUSTOMER_EMAIL: faults.of(lambda: _end_customer(line, f"end_email-{place}"), ""),
        END_CUSTOMER_NAME: faults.of(lambda: _name(line.end_name, f"end_name-{place}"), ""),
    }
    return LineInput(
        variant_id=line.variant,
        quantity=quantity,
        metadata=[(key, value) for key, value in metadata.items() if value],
    )


def _check_variant(
    line: TypedLine, currency: str, offers: Mapping[str, Variant], field: str
) -> None:
    if not line.variant:
        raise _refused(field, "Choose a product.", ErrorCode.REQUIRED)
    variant = offers.get(line.variant)
    if variant is None:
        raise _refused(field, "It is not on sale any more: choose another product.")
    if currency not in variant.prices:
        raise _refused(field, f"{quoted(variant.row.sku)} is not sold in {quoted(currency)}.")


def _quantity(line: TypedLine, field: str) -> int:
    pieces = whole_number(line.quantity)
    if pieces is None:
        raise _refused(field, f"{quoted(line.quantity)} is not a whole number of licences.")
    return check_quantity(pieces, name=field)


def _name(text: str, field: str) -> str:
    try:
        return check_line(text, field, required=False)
    except Refusal as refusal:
        raise _refused(field, "One line of at most 255 characters.", refusal.code) from None


def _end_customer(line: TypedLine, field: str) -> str:
    if line.end_name and not line.end_email:
        raise _refused(field, "Give the end customer's e-mail too.", ErrorCode.REQUIRED)
    return check_address(line.end_email, field) if line.end_email else ""


def _refused(field: str, message: str, code: ErrorCode = ErrorCode.INVALID) -> Refusal:
    return Refusal(code, message, field=field)


def errors_of(no: Exception, typed: TypedOrder) -> dict[str, str]:
    """What is wrong, by the ids of the form's fields; what is of no field is by itself."""
    found = dict[str, str]()
    for each in getattr(no, "refusals", (no,)):
        name = _field_of(getattr(each, "field", None) or "", typed)
        found.setdefault(name, str(getattr(each, "message", None) or each))
    return found


def _field_of(name: str, typed: TypedOrder) -> str:
    """The id of the form's field that the drafts' service calls so."""
    line = re.fullmatch(r"lines\[(\d+)\]\.(\w+).*", name)
    if line is None:
        return {"user": "customer", "lines": "variant-0"}.get(name, name)
    place, _ = typed.filled[int(line[1])]
    return f"{_OF_SERVICE.get(line[2], 'variant')}-{place}"


def labels_of(typed: TypedOrder) -> dict[str, str]:
    """How people read the ids of the form's fields."""
    labels = {"customer": "Customer's e-mail", "currency": "Currency"}
    for place in range(len(typed.lines)):
        labels |= {
            f"{name}-{place}": f"Line {place + 1}, {label}" for name, label in LINE_FIELDS.items()
        }
    return labels
