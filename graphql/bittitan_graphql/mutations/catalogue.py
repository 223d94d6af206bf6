"""Mutations of the catalogue: single products, and *Get Services Definition*."""

from collections import deque
from typing import Annotated

import strawberry

from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanProductError, refusals, refusals_in
from bittitan_graphql.fields import argument, mutation, optional
from bittitan_graphql.global_ids import PRODUCT, ProductId, read_global_id
from bittitan_graphql.types.catalogue import BitTitanProduct, BitTitanProductType
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.services.catalogue import products, services_definition
from bittitan_plugin.services.catalogue.products import Wishes
from bittitan_plugin.services.import_report import ServicesDefinition, Skipped, TypeOutcome


@strawberry.input(description="An amount of money.")
class BitTitanMoneyInput:
    """Text, so that a wrong amount is a typed error and does not fail the whole request."""

    amount: str = strawberry.field(
        description="In currency units, written as text: `14.50`. Zero or more, at most four "
        "decimal places."
    )
    currency: str = strawberry.field(description="Three capital letters, by ISO 4217.")


@strawberry.input(description="What a product can be given.")
class _ProductInput:
    """All may be missing, and the use case checks what it needs.

    So a missing, empty or unsuitable value is a typed error on its field, never a GraphQL error.
    """

    name: str | None = optional("As it is presented; one line of at most 255 characters.")
    prices: list[BitTitanMoneyInput] | None = optional(
        "The price of one licence, once per currency; replaces all there were."
    )
    expire_days: int | None = optional(
        "Expire: days in which the *coupon code* can be redeemed, 1-3650."
    )
    validity_days: int | None = optional(
        "Validity: days in which the *licences* can be used, 1-3650."
    )
    published: bool | None = optional("Whether customers can see it; needs a price.")
    sku: str | None = optional("BitTitan's article number; one line of at most 255 characters.")
    variant_id: strawberry.ID | None = optional(
        "The platform's variant that sells it. No other product may be bound to it."
    )

    def wishes(self) -> Wishes:
        """The input for the use case."""
        prices = self.prices
        return Wishes(
            sku=self.sku,
            name=self.name,
            prices=None if prices is None else [(each.amount, each.currency) for each in prices],
            expire_days=self.expire_days,
            validity_days=self.validity_days,
            published=self.published,
            variant_id=self.variant_id,
        )


@strawberry.input(
    description="A new product. `productType`, `sku` and `name` are needed; days default to the "
    "plugin's settings; without `variantId` the platform makes a variant."
)
class BitTitanProductCreateInput(_ProductInput):
    """Unpublished unless ``published`` is true."""

    product_type: ProductType | None = optional("Which kind of licence; it can never be changed.")


@strawberry.input(description="What to change of a product. What is missing or null stays.")
class BitTitanProductUpdateInput(_ProductInput):
    """Publishing and withdrawing are changes too."""


_Create = Annotated[BitTitanProductCreateInput, argument("What to create.")]
_Update = Annotated[BitTitanProductUpdateInput, argument("What to change.")]


@strawberry.type(description="What came of creating a product.")
class BitTitanProductCreate:
    """Nothing was changed if there are errors."""

    product: BitTitanProduct | None = optional("The product as it is now.")
    errors: list[BitTitanProductError] = refusals()


@strawberry.type(description="What came of changing a product.")
class BitTitanProductUpdate:
    """Nothing was changed if there are errors."""

    product: BitTitanProduct | None = optional("The product as it is now.")
    errors: list[BitTitanProductError] = refusals()


@strawberry.type(description="What came of deleting a product.")
class BitTitanProductDelete:
    """Nothing was changed if there are errors."""

    product: BitTitanProduct | None = optional("The product as it was.")
    errors: list[BitTitanProductError] = refusals()


@strawberry.type(description="One of the two product types, on the platform.")
class BitTitanProductTypeOutcome:
    """Whether the type existed already."""

    product_type: BitTitanProductType = strawberry.field(description="Which one.")
    created: bool = strawberry.field(
        description="Whether the platform had to make it; false when it had it already."
    )

    @classmethod
    def of(cls, outcome: TypeOutcome) -> "BitTitanProductTypeOutcome":
        """From the use case's value."""
        return cls(
            product_type=BitTitanProductType.of(outcome.product_type), created=outcome.created
        )


@strawberry.type(description="A row of BitTitan's list that was not imported.")
class BitTitanSkippedRow:
    """One row that was not imported; the others were."""

    position: int = strawberry.field(description="Its place in the list, from 0.")
    sku: str | None = strawberry.field(description="Null where the row could not be read.")
    reason: str = strawberry.field(description="Why, in one sentence.")

    @classmethod
    def of(cls, skipped: Skipped) -> "BitTitanSkippedRow":
        """From the use case's value."""
        return cls(position=skipped.position, sku=skipped.sku, reason=skipped.reason)


@strawberry.type(description="What *Get Services Definition* did, even where it was interrupted.")
class BitTitanServicesDefinitionFetch:
    """Counts are rows of BitTitan's list."""

    product_types: list[BitTitanProductTypeOutcome] = strawberry.field(
        default_factory=list,
        description="The two product types; empty when it did not come so far.",
    )
    created: int = strawberry.field(default=0, description="Products imported for the first time.")
    updated: int = strawberry.field(
        default=0, description="Products that followed a change; never where staff edited them."
    )
    unchanged: int = strawberry.field(default=0, description="Products that were up to date.")
    bound: int = strawberry.field(
        default=0,
        description="Variants of the platform, beyond the list, that are BitTitan products from "
        "now on.",
    )
    skipped: list[BitTitanSkippedRow] = strawberry.field(
        default_factory=list, description="The first 100 rows that were not imported, with reasons."
    )
    skipped_more: int = strawberry.field(default=0, description="How many more were not imported.")
    errors: list[BitTitanProductError] = refusals(
        "What interrupted it; what was imported until then stays. Empty when it came to its end."
    )

    def tell(self, done: ServicesDefinition) -> None:
        """Store the progress so far."""
        self.product_types = [BitTitanProductTypeOutcome.of(each) for each in done.product_types]
        self.created, self.updated = done.created, done.updated
        self.unchanged, self.bound = done.unchanged, done.bound
        self.skipped = [BitTitanSkippedRow.of(each) for each in done.skipped]
        self.skipped_more = done.skipped_count - len(done.skipped)


@strawberry.type
class ProductMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation("Creates a product and has the platform offer it.", needs=Permission.MANAGE_PRODUCTS)
    async def bittitan_product_create(
        self, info: strawberry.Info, input: _Create
    ) -> BitTitanProductCreate | None:
        """Unpublished unless the input publishes it."""
        scope, kind, wishes = scope_of(info), input.product_type, input.wishes()
        product = await perform(scope, products.create, scope.viewer.actor, kind, wishes)
        return BitTitanProductCreate(product=BitTitanProduct.of(product))

    @mutation(
        "Deletes a product that was never sold, and has the platform stop offering it. One that "
        "was sold can only be withdrawn.",
        needs=Permission.MANAGE_PRODUCTS,
    )
    async def bittitan_product_delete(
        self, info: strawberry.Info, id: ProductId
    ) -> BitTitanProductDelete | None:
        """The next *Get Services Definition* imports its article again."""
        scope, key = scope_of(info), read_global_id(PRODUCT, id)
        product = await perform(scope, products.delete, scope.viewer.actor, key)
        return BitTitanProductDelete(product=BitTitanProduct.of(product))

    @mutation(
        "Changes, publishes or withdraws a product, here and on the platform; assets already sold "
        "never change.",
        needs=Permission.MANAGE_PRODUCTS,
    )
    async def bittitan_product_update(
        self, info: strawberry.Info, id: ProductId, input: _Update
    ) -> BitTitanProductUpdate | None:
        """Values that are not given stay."""
        scope, key = scope_of(info), read_global_id(PRODUCT, id)
        product = await perform(scope, products.update, scope.viewer.actor, key, input.wishes())
        return BitTitanProductUpdate(product=BitTitanProduct.of(product))


@strawberry.type
class ServicesDefinitionMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Makes the two product types and the product group, and imports BitTitan's list of "
        "articles as unpublished products. Safe to run again: it adds what is missing and "
        "overwrites nothing that staff edited.",
        needs=Permission.MANAGE_PRODUCTS,
    )
    async def bittitan_services_definition_fetch(
        self, info: strawberry.Info
    ) -> BitTitanServicesDefinitionFetch | None:
        """Answers when it is done; a long list takes a while."""
        scope, answer = scope_of(info), BitTitanServicesDefinitionFetch()
        reports = deque([ServicesDefinition()], maxlen=1)
        with refusals_in(answer):
            actor, fetch = scope.viewer.actor, services_definition.fetch
            reports.append(await perform(scope, fetch, actor, reports.append))
        answer.tell(reports[-1])
        return answer
