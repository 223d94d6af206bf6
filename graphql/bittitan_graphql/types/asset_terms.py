"""The asset's fields that are between its buyer and the distributor.

An end customer gets null for each: what its reseller paid, its invoices, where its mail goes and
on which terms it could cancel are none of the end customer's business.
"""

import strawberry

from bittitan_graphql.access import sees_terms
from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.types.cancellation import BitTitanCancellation
from bittitan_graphql.types.money import BitTitanInvoice, BitTitanMoney, BitTitanRefund
from bittitan_plugin.domain.assets import Asset

#: What each of them requires, as its description ends.
_BUYER = " Requires MANAGE_ORDERS or to be the account that bought it, else null."


@strawberry.type
class AssetTerms:
    """Inherited by ``BitTitanAsset``; no type of the schema by itself."""

    source: strawberry.Private[Asset]

    @field("Where the welcome e-mail goes." + _BUYER)
    async def recipient_email(self, info: strawberry.Info) -> str | None:
        """The order's, so the reseller's."""
        return self.source.recipient_email if await self._shown(info) else None

    @field("The price of one licence, rounded by the platform: no factor of the total." + _BUYER)
    async def unit_price(self, info: strawberry.Info) -> BitTitanMoney | None:
        """As it was at the sale."""
        return BitTitanMoney.of(self.source.unit_price) if await self._shown(info) else None

    @field("What all of them cost, tax included, as the platform's order line says." + _BUYER)
    async def total(self, info: strawberry.Info) -> BitTitanMoney | None:
        """The platform's word."""
        return BitTitanMoney.of(self.source.total) if await self._shown(info) else None

    @field("The tax within the total, where the platform states it." + _BUYER)
    async def tax(self, info: strawberry.Info) -> BitTitanMoney | None:
        """Null also where the platform states none."""
        if self.source.tax is None or not await self._shown(info):
            return None
        return BitTitanMoney.of(self.source.tax)

    @field("The invoice it is billed on, once the platform has issued it." + _BUYER)
    async def invoice(self, info: strawberry.Info) -> BitTitanInvoice | None:
        """Its document names the reseller and the price."""
        return BitTitanInvoice.of(self.source.invoice) if await self._shown(info) else None

    @field(
        "The credit invoice for the full amount, once it is cancelled and credited; none where "
        "nothing was invoiced." + _BUYER
    )
    async def credit_invoice(self, info: strawberry.Info) -> BitTitanInvoice | None:
        """As the invoice."""
        return BitTitanInvoice.of(self.source.credit_invoice) if await self._shown(info) else None

    @field("What became of the money, once a cancellation asked for it." + _BUYER)
    async def refund(self, info: strawberry.Info) -> BitTitanRefund | None:
        """It goes to whoever paid."""
        return BitTitanRefund.of(self.source.refund) if await self._shown(info) else None

    @field("Whether it can be cancelled now, until when, for how much." + _BUYER)
    async def cancellation(self, info: strawberry.Info) -> BitTitanCancellation | None:
        """Asks nobody and changes nothing."""
        if not await self._shown(info):
            return None
        terms = await scope_of(info).loaders.terms.load(self.source)
        return BitTitanCancellation.of(terms, self.source)

    async def _shown(self, info: strawberry.Info) -> bool:
        return await sees_terms(scope_of(info), self.source)
