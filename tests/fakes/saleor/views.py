"""Records as the schema shows them."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.fakes.saleor.records import (
    Channel,
    Fulfillment,
    GrantedRefund,
    Invoice,
    Line,
    Order,
    Product,
    ProductType,
    User,
    Variant,
)
from tests.fakes.saleor.state import FakeSaleor

View = dict[str, Any]


def money(amount: Decimal, currency: str) -> View:
    return {"amount": float(amount), "currency": currency}


def taxed(amount: Decimal, currency: str, tax: Decimal = Decimal(0)) -> View:
    """An amount with that tax in it."""
    return {
        "currency": currency,
        "gross": money(amount, currency),
        "net": money(amount - tax, currency),
        "tax": money(tax, currency),
    }


def tax_of(line: Line) -> Decimal:
    """The tax within the line's total, to the cent."""
    return round(line.total_price - line.total_price / (1 + line.tax_rate), 2)


def items(metadata: Mapping[str, str]) -> list[View]:
    return [{"key": key, "value": value} for key, value in metadata.items()]


def connection(nodes: Sequence[View], *, has_next: bool = False, start: int = 0) -> View:
    edges = [{"node": node, "cursor": str(start + n + 1)} for n, node in enumerate(nodes)]
    cursors = [str(edge["cursor"]) for edge in edges]
    info = {
        "hasNextPage": has_next,
        "hasPreviousPage": start > 0,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }
    return {"edges": edges, "pageInfo": info, "totalCount": len(nodes)}


def page(nodes: Sequence[Any], view: Callable[[Any], View], first: int, after: str | None) -> View:
    """That many of them after the cursor, which is a position."""
    start = int(after or 0)
    shown = [view(node) for node in nodes[start : start + first]]
    return connection(shown, has_next=start + first < len(nodes), start=start)


class Views:
    """The views of one Saleor."""

    def __init__(self, saleor: FakeSaleor) -> None:
        self.saleor = saleor

    def order(self, order: Order) -> View:
        currency = self.saleor.channels[order.channel].currency
        user = self.saleor.users.get(order.user or "")
        granted = sum((grant.amount for grant in order.grants), Decimal(0))
        return {
            "id": order.id,
            "number": order.number,
            "created": order.created_at.isoformat(),
            "updatedAt": order.updated_at.isoformat(),
            "status": order.status,
            "chargeStatus": "FULL" if order.charged >= order.total else "NONE",
            "isPaid": order.charged >= order.total,
            "userEmail": order.email,
            "user": self.user(user) if user else None,
            "channel": self.channel(self.saleor.channels[order.channel]),
            "billingAddress": _address(order.company) if order.has_address else None,
            "lines": [self.line(line, currency) for line in order.lines],
            "total": taxed(order.total, currency, sum(map(tax_of, order.lines), Decimal(0))),
            "shippingPrice": taxed(Decimal(0), currency),
            "shippingTaxRate": 0.0,
            "totalCharged": money(order.charged, currency),
            "totalRefunded": money(order.refunded, currency),
            "totalRefundPending": money(order.refund_pending, currency),
            "totalGrantedRefund": money(granted, currency),
            "grantedRefunds": [self.grant(order, grant) for grant in order.grants],
            "transactions": [
                {
                    "id": each.id,
                    "pspReference": "psp",
                    "chargedAmount": money(each.charged, currency),
                    "refundedAmount": money(each.refunded, currency),
                }
                for each in order.transactions
            ],
            "fulfillments": [self.fulfillment(order, each) for each in order.fulfillments],
            "invoices": [self.invoice(each) for each in order.invoices],
            "metadata": items(order.metadata),
            "privateMetadata": items(order.private_metadata),
        }

    def line(self, line: Line, currency: str) -> View:
        variant = self.saleor.variants.get(line.variant)
        return {
            "id": line.id,
            "productName": line.product_name,
            "variantName": "",
            "productSku": line.sku,
            "productVariantId": line.variant,
            "quantity": line.quantity,
            "quantityFulfilled": line.fulfilled,
            "quantityToFulfill": line.quantity - line.fulfilled,
            "unitPrice": taxed(line.unit_price, currency),
            "totalPrice": taxed(line.total_price, currency, tax_of(line)),
            "taxRate": float(line.tax_rate),
            "isShippingRequired": False,
            "metadata": items(line.metadata),
            "variant": self.variant(variant) if variant else None,
        }

    def fulfillment(self, order: Order, fulfillment: Fulfillment) -> View:
        return {
            "id": fulfillment.id,
            "status": fulfillment.status,
            "lines": [
                {
                    "id": each.id,
                    "quantity": each.quantity,
                    "orderLine": self._named(order, each.line),
                }
                for each in fulfillment.lines
            ],
        }

    def grant(self, order: Order, grant: GrantedRefund) -> View:
        currency = self.saleor.channels[order.channel].currency
        return {
            "id": grant.id,
            "amount": money(grant.amount, currency),
            "reason": grant.reason,
            "status": grant.status,
            "transaction": {"id": grant.transaction},
            "lines": [
                {"id": line, "quantity": quantity, "orderLine": self._named(order, line)}
                for line, quantity in grant.lines
            ],
        }

    def invoice(self, invoice: Invoice) -> View:
        return {
            "id": invoice.id,
            "number": invoice.number,
            "url": invoice.url,
            "status": invoice.status,
            "createdAt": invoice.created_at.isoformat(),
            "order": lambda _info: self.order(self.saleor.orders[invoice.order]),
            "metadata": items(invoice.metadata),
            "privateMetadata": items(invoice.private_metadata),
        }

    def user(self, user: User) -> View:
        return {
            "id": user.id,
            "email": user.email,
            "firstName": "",
            "lastName": "",
            "isStaff": user.is_staff,
            "isActive": True,
            "userPermissions": [{"code": code, "name": code} for code in user.permissions],
            "defaultBillingAddress": _address(user.company),
        }

    def channel(self, channel: Channel) -> View:
        return {
            "id": channel.id,
            "slug": channel.slug,
            "name": channel.slug,
            "currencyCode": channel.currency,
            "isActive": channel.active,
        }

    def attribute(self, key: str) -> View:
        found = self.saleor.attributes[key]
        return {
            "id": found.id,
            "slug": found.slug,
            "name": found.name,
            "inputType": found.input_type,
        }

    def product_type(self, found: ProductType) -> View:
        return {
            "id": found.id,
            "slug": found.slug,
            "name": found.name,
            "isShippingRequired": found.shippable,
            "hasVariants": False,
            "productAttributes": [self.attribute(key) for key in found.attributes],
        }

    def category(self, key: str) -> View:
        found = self.saleor.categories[key]
        return {"id": found.id, "slug": found.slug, "name": found.name}

    def product(self, product: Product) -> View:
        saleor = self.saleor
        return {
            "id": product.id,
            "name": product.name,
            "slug": product.slug,
            "productType": self.product_type(saleor.product_types[product.product_type]),
            "category": self.category(product.category) if product.category else None,
            "channelListings": [
                {
                    "id": f"{product.id}-{key}",
                    "channel": self.channel(saleor.channels[key]),
                    "isPublished": published,
                    "visibleInListings": published,
                    "isAvailableForPurchase": published,
                }
                for key, published in product.channels.items()
            ],
            "attributes": [
                {
                    "attribute": self.attribute(key),
                    "values": [{"id": key, "name": value, "slug": value}],
                }
                for key, value in product.values.items()
            ],
            "variants": lambda _info: [
                self.variant(each)
                for each in saleor.variants.values()
                if each.product == product.id
            ],
        }

    def variant(self, variant: Variant) -> View:
        saleor = self.saleor
        return {
            "id": variant.id,
            "name": variant.name,
            "sku": variant.sku,
            "trackInventory": variant.track_inventory,
            "product": lambda _info: self.product(saleor.products[variant.product]),
            "channelListings": [
                {
                    "id": f"{variant.id}-{key}",
                    "channel": self.channel(saleor.channels[key]),
                    "price": money(price, saleor.channels[key].currency),
                }
                for key, price in variant.prices.items()
            ],
            "stocks": [],
        }

    def _named(self, order: Order, line_id: str) -> View | None:
        line = order.line(line_id)
        currency = self.saleor.channels[order.channel].currency
        return self.line(line, currency) if line else None


def _address(company: str) -> View:
    return {
        "firstName": "Ada",
        "lastName": "Buyer",
        "companyName": company,
        "streetAddress1": "1 Main Street",
        "streetAddress2": "",
        "city": "Springfield",
        "postalCode": "12345",
        "country": {"code": "US", "country": "United States"},
    }
