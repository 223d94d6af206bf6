"""*Get Services Definition*: what is sold, brought up to date with BitTitan's list."""

from collections import deque

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanProductError, product_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.types.services_definition import (
    BitTitanProductTypeOutcome,
    BitTitanSkippedRow,
)
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.catalogue import services_definition
from bittitan_plugin.services.import_report import ServicesDefinition


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
    errors: list[BitTitanProductError] = strawberry.field(
        default_factory=list,
        description="What interrupted it; what was imported until then stays. Empty when it came "
        "to its end.",
    )


@strawberry.type
class ServicesDefinitionFetchMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Makes the two product types and the product group, and imports BitTitan's list of "
        "articles as unpublished products. Safe to run again: it adds what is missing and "
        "overwrites nothing that staff edited. Requires MANAGE_PRODUCTS."
    )
    async def bittitan_services_definition_fetch(
        self, info: strawberry.Info
    ) -> BitTitanServicesDefinitionFetch | None:
        """Answers when it is done; a long list takes a while."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_PRODUCTS)
        told = deque([ServicesDefinition()], maxlen=1)
        try:
            done = await perform(scope, services_definition.fetch, scope.viewer.actor, told.append)
            return _payload(done, [])
        except BitTitanError as error:
            return _payload(told[-1], product_errors(error))


def _payload(
    done: ServicesDefinition, errors: list[BitTitanProductError]
) -> BitTitanServicesDefinitionFetch:
    return BitTitanServicesDefinitionFetch(
        product_types=[BitTitanProductTypeOutcome.of(each) for each in done.product_types],
        created=done.created,
        updated=done.updated,
        unchanged=done.unchanged,
        bound=done.bound,
        skipped=[BitTitanSkippedRow.of(each) for each in done.skipped],
        skipped_more=done.skipped_count - len(done.skipped),
        errors=errors,
    )
