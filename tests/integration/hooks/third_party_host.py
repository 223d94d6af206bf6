"""A platform of somebody else's: it knows the host contract, the standard library and no more.

Run by ``test_third_party_host`` in a process of its own, with the plugin configured through the
environment. Prints what it came to know, as JSON.
"""

# ruff: noqa: ARG002 - a host's methods take what the contract says, used or not

import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event
from uuid import UUID

from bittitan_hooks import specs

MINE = "acme-shop"


class AcmeShop:
    """Implements ``specs.Host`` in memory, with one order in it."""

    def __init__(self) -> None:
        self.delivered = Event()
        self.lines: list[specs.FulfilledLine] = []

    def order(self, order_id: str) -> specs.Order | None:
        if order_id != "order-1":
            return None
        price = specs.Money.of("14.00", "USD")
        return specs.Order(
            id="order-1",
            number="1001",
            status=specs.OrderStatus.CONFIRMED,
            fully_paid=True,
            customer=self.customer("customer-1"),
            recipient_email="buyer@example.com",
            lines=(
                specs.OrderLine(
                    id="line-1",
                    variant_id="variant-1",
                    sku="MW-MAILBOX",
                    product_name="Mailbox License",
                    product_type="bittitan-mailbox-license",
                    quantity=5,
                    unit_price=price,
                    total=specs.Money.of("69.95", "USD"),
                ),
            ),
            created_at=datetime.now(UTC),
        )

    def orders_since(self, since: datetime) -> Iterator[Sequence[specs.Order]]:
        order = self.order("order-1")
        yield [order] if order else []

    def customer(self, customer_id: str) -> specs.Customer:
        return specs.Customer(id=customer_id, email="buyer@example.com", company="Contoso")

    def license_page(self, asset_id: UUID) -> None:
        """Acme's customers see their licences in pages of its own."""

    def invoice(self, order_id: str) -> specs.InvoiceReference | None:
        return specs.InvoiceReference(id=f"invoice-{order_id}", number="INV-1")

    def due_for_invoice(self, now: datetime) -> Sequence[str]:
        return ()

    def fulfilled(self, line: specs.FulfilledLine) -> None:
        self.lines.append(line)
        self.delivered.set()

    def credit(self, credit: specs.Credit) -> specs.InvoiceReference:
        return specs.InvoiceReference(id=credit.key, number="CR-1")

    def refund(self, credit: specs.Credit) -> specs.Refund:
        return specs.Refund(
            status=specs.RefundStatus.NOTHING,
            amount=specs.Money.of(0, credit.amount.currency),
            by_hand=credit.amount,
            reason="Acme pays by hand.",
        )

    def refund_of(self, credit: specs.Credit) -> specs.Refund:
        return self.refund(credit)

    def ensure_product_types(self, definitions: Sequence[specs.TypeDefinition]) -> frozenset[str]:
        return frozenset()

    def ensure_group(self, name: str) -> None:
        """Acme has no groups."""

    def present(
        self, presentations: Sequence[specs.Presentation], group: str
    ) -> Mapping[str, specs.HostVariant]:
        return {}

    def variants(
        self, product_types: Collection[specs.ProductType]
    ) -> Iterator[Sequence[specs.HostVariant]]:
        return iter(())

    def offer(self, offer: specs.Offer, group: str) -> specs.HostVariant:
        raise specs.Rejected("UNSUPPORTED", "Acme is edited by hand.")

    def withdraw(self, variant_id: str) -> None:
        """Acme is edited by hand."""


def _value(money: specs.Money) -> specs.MoneyValue:
    return specs.MoneyValue(amount=money.amount, currency=money.currency)


def main(api_url: str, email: str, password: str) -> None:
    shop: specs.Host = AcmeShop()
    assert isinstance(shop, AcmeShop)
    plugins = specs.plugin_manager()
    hook = plugins.hook
    hook.host_started(event=specs.HostStarted(installation=MINE, host=shop))
    settings = {"api_url": api_url, "api_email": email, "api_password": password}
    configuration = tuple(
        specs.ConfigurationItem(name=name, value=value) for name, value in settings.items()
    )
    checked = hook.configuration_validate(
        event=specs.ConfigurationValidate(
            installation=MINE, active=True, configuration=configuration
        )
    )
    hook.plugin_activated(
        event=specs.PluginActivated(installation=MINE, active=True, configuration=configuration)
    )
    hook.product_variant_created(
        event=specs.ProductVariantCreated(
            installation=MINE,
            variant_id="variant-1",
            product_id="product-1",
            sku="MW-MAILBOX",
            name="Mailbox License",
            product_type="bittitan-mailbox-license",
            prices=(specs.MoneyValue(amount="14.00", currency="USD"),),
        )
    )
    hook.product_updated(
        event=specs.ProductUpdated(
            installation=MINE,
            product_id="product-1",
            product_type="bittitan-mailbox-license",
            published=True,
            variant_ids=("variant-1",),
        )
    )
    order = shop.order("order-1")
    assert order is not None
    value = specs.OrderValue(
        id=order.id,
        number=order.number,
        status=order.status,
        fully_paid=order.fully_paid,
        customer=specs.CustomerValue(id="customer-1", email="buyer@example.com"),
        lines=tuple(
            specs.OrderLineValue(
                id=line.id,
                variant_id=line.variant_id,
                product_type=line.product_type,
                quantity=line.quantity,
                unit_price=_value(line.unit_price),
                total=_value(line.total),
            )
            for line in order.lines
        ),
        created_at=order.created_at,
    )
    # An order is told of as the platform answers with it, or by the values of its own.
    (created,) = hook.order_created(event=specs.OrderCreated(installation=MINE, order=order))
    assert created.status is specs.OutcomeStatus.ACCEPTED
    refusals = hook.order_precheck(event=specs.OrderPrecheck(installation=MINE, order=value))
    (outcome,) = hook.order_fully_paid(event=specs.OrderFullyPaid(installation=MINE, order=value))
    shop.delivered.wait()
    hook.host_stopping(event=specs.HostStopping(installation=MINE))
    print(  # noqa: T201 - this is its answer
        json.dumps(
            {
                "plugins": [name for name, _ in plugins.list_name_plugin()],
                "refusals": [len(found) for found in (*checked, *refusals)],
                "outcome": outcome.status,
                "delivered": [[line.order_line_id, line.quantity] for line in shop.lines],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
