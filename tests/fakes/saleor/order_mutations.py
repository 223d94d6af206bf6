"""What an app can do to orders, with Saleor's own refusals."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.fakes.saleor.records import (
    Fulfillment,
    FulfillmentLine,
    GrantedRefund,
    Invoice,
    Order,
)
from tests.fakes.saleor.state import FakeSaleor, delivery_status
from tests.fakes.saleor.views import View, Views

Resolver = Callable[..., Any]
_RETURNABLE = {"FULFILLED", "REFUNDED", "WAITING_FOR_APPROVAL"}


def refused(code: str, message: str, field: str | None = None) -> View:
    """A payload that says no."""
    return {"errors": [{"field": field, "message": message, "code": code}]}


class OrderMutations:
    """The mutations on orders, refunds, invoices and metadata."""

    def __init__(self, saleor: FakeSaleor) -> None:
        self._saleor = saleor
        self._views = Views(saleor)

    def fields(self) -> Mapping[str, Resolver]:
        return {
            "orderFulfill": self.fulfill,
            "orderFulfillmentReturnProducts": self.take_back,
            "orderGrantRefundCreate": self.grant,
            "transactionRequestRefundForGrantedRefund": self.request_refund,
            "invoiceCreate": self.create_invoice,
            "invoiceUpdate": self.update_invoice,
            "updateMetadata": self.update_metadata,
        }

    def fulfill(self, _info: object, order: str, input: Mapping[str, Any]) -> View:  # noqa: A002
        found = self._saleor.orders[order]
        if found.charged < found.total:
            return refused("CANNOT_FULFILL_UNPAID_ORDER", "Cannot fulfill unpaid order.", "order")
        made = []
        for wanted in input["lines"]:
            line = found.line(wanted["orderLineId"])
            quantity = sum(stock["quantity"] for stock in wanted["stocks"])
            if line is None or line.quantity - line.fulfilled < quantity:
                left = line.quantity - line.fulfilled if line else 0
                message = f"Only {left} items remaining to fulfill."
                return refused("FULFILL_ORDER_LINE", message, "orderLineId")
            line.fulfilled += quantity
            key = self._saleor.next_id("FulfillmentLine")
            made.append(FulfillmentLine(key, line.id, quantity))
        fulfillment = Fulfillment(self._saleor.next_id("Fulfillment"), "FULFILLED", made)
        found.fulfillments.append(fulfillment)
        self._delivered(found)
        if found.status == "FULFILLED":
            self._saleor.announce("ORDER_FULFILLED", order=found.id)
        return {"fulfillments": [self._views.fulfillment(found, fulfillment)], "errors": []}

    def take_back(self, _info: object, order: str, input: Mapping[str, Any]) -> View:  # noqa: A002
        found = self._saleor.orders[order]
        back = []
        for wanted in input["fulfillmentLines"]:
            place = self._place(found, wanted["fulfillmentLineId"])
            if place is None or place[1].quantity < wanted["quantity"]:
                return refused(
                    "INVALID_QUANTITY", "Nothing of that to return.", "fulfillmentLineId"
                )
            fulfillment, line = place
            line.quantity -= wanted["quantity"]
            key = self._saleor.next_id("FulfillmentLine")
            back.append(FulfillmentLine(key, line.line, wanted["quantity"]))
            if not line.quantity:
                fulfillment.lines.remove(line)
        found.fulfillments = [each for each in found.fulfillments if each.lines]
        returned = Fulfillment(self._saleor.next_id("Fulfillment"), "RETURNED", back)
        found.fulfillments.append(returned)
        self._delivered(found)
        return {"returnFulfillment": self._views.fulfillment(found, returned), "errors": []}

    def grant(self, _info: object, id: str, input: Mapping[str, Any]) -> View:  # noqa: A002
        found = self._saleor.orders[id]
        amount = Decimal(str(input["amount"]))
        transaction = next((t for t in found.transactions if t.id == input["transactionId"]), None)
        if transaction is None:
            return refused("NOT_FOUND", "There is no such transaction.", "transactionId")
        if amount > transaction.charged:
            message = "Amount cannot be greater than the charged amount."
            return refused("AMOUNT_GREATER_THAN_AVAILABLE", message, "amount")
        lines = [(each["id"], each["quantity"]) for each in input.get("lines") or ()]
        for line_id, quantity in lines:
            line = found.line(line_id)
            granted = sum(n for grant in found.grants for each, n in grant.lines if each == line_id)
            if line is None or granted + quantity > line.quantity:
                return refused("INVALID", "Too many of that line are refunded.", "lines")
        grant = GrantedRefund(
            self._saleor.next_id("OrderGrantedRefund"),
            amount,
            input.get("reason") or "",
            transaction.id,
            lines,
        )
        found.grants.append(grant)
        self._saleor.touch(found)
        self._saleor.announce("ORDER_UPDATED", order=found.id)
        return {"grantedRefund": self._views.grant(found, grant), "errors": []}

    def request_refund(self, _info: object, grantedRefundId: str, **_: object) -> View:  # noqa: N803
        for order in self._saleor.orders.values():
            grant = next((each for each in order.grants if each.id == grantedRefundId), None)
            if grant is None:
                continue
            if grant.status == "PENDING":
                return refused("REFUND_IS_PENDING", "The refund is under way.", "grantedRefundId")
            if grant.status == "SUCCESS":
                return refused("REFUND_ALREADY_PROCESSED", "It is done.", "grantedRefundId")
            grant.status = "PENDING"
            transaction = next(t for t in order.transactions if t.id == grant.transaction)
            transaction.charged -= grant.amount
            transaction.refund_pending += grant.amount
            self._saleor.touch(order)
            self._saleor.announce("TRANSACTION_REFUND_REQUESTED", order=order.id, grant=grant.id)
            if self._saleor.pays_back:
                self._saleor.settle(order, grant)
            return {"transaction": None, "errors": []}
        return refused("NOT_FOUND", "There is no such granted refund.", "grantedRefundId")

    def create_invoice(self, _info: object, orderId: str, input: Mapping[str, Any]) -> View:  # noqa: A002, N803
        found = self._saleor.orders[orderId]
        for name in ("number", "url"):
            if not input[name]:
                return refused("REQUIRED", f"{name} cannot be empty.", name)
        if found.status in {"DRAFT", "UNCONFIRMED", "EXPIRED"}:
            return refused("INVALID_STATUS", "The order is not confirmed.", "orderId")
        if not found.has_address:
            message = "Cannot create an invoice for order without billing address."
            return refused("NOT_READY", message, "orderId")
        invoice = Invoice(self._saleor.next_id("Invoice"), found.id, self._saleor.now())
        found.invoices.append(invoice)
        self._saleor.touch(found)
        return self._completed(invoice, input)

    def update_invoice(self, _info: object, id: str, input: Mapping[str, Any]) -> View:  # noqa: A002
        for order in self._saleor.orders.values():
            for invoice in order.invoices:
                if invoice.id == id:
                    self._saleor.touch(order)
                    return self._completed(invoice, input)
        return refused("NOT_FOUND", "There is no such invoice.", "id")

    def update_metadata(self, _info: object, id: str, input: list[Mapping[str, str]]) -> View:  # noqa: A002
        changed = {entry["key"]: entry["value"] for entry in input}
        for order in self._saleor.orders.values():
            line = order.line(id)
            if order.id == id:
                order.metadata.update(changed)
                self._saleor.touch(order)
                self._saleor.announce("ORDER_METADATA_UPDATED", order=order.id)
                return {"errors": []}
            if line is not None:
                line.metadata.update(changed)
                return {"errors": []}
        return refused("NOT_FOUND", "There is no such object.", "id")

    def _completed(self, invoice: Invoice, values: Mapping[str, Any]) -> View:
        invoice.number, invoice.url = values["number"], values["url"]
        invoice.status = "SUCCESS"
        marks = values.get("privateMetadata") or ()
        invoice.private_metadata.update({each["key"]: each["value"] for each in marks})
        return {"invoice": self._views.invoice(invoice), "errors": []}

    def _delivered(self, order: Order) -> None:
        order.status = delivery_status(order)
        self._saleor.touch(order)
        self._saleor.announce("ORDER_UPDATED", order=order.id)

    def _place(self, order: Order, line_id: str) -> tuple[Fulfillment, FulfillmentLine] | None:
        for fulfillment in order.fulfillments:
            for line in fulfillment.lines:
                if line.id == line_id and fulfillment.status in _RETURNABLE:
                    return fulfillment, line
        return None
