"""Handles product events: products stay bound to the platform's variants. Assets never change."""

from bittitan_hooks.events import (
    ProductCreated,
    ProductDeleted,
    ProductEvent,
    ProductUpdated,
    ProductVariantCreated,
    ProductVariantDeleted,
    ProductVariantUpdated,
    VariantEvent,
)
from bittitan_hooks.results import Outcome
from bittitan_hooks.specs import hookimpl
from bittitan_plugin.domain.catalogue import PlatformVariant, ProductType, read_clocks
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.plugin.guard import PortsProvider, accepted, guarded, ignored
from bittitan_plugin.services.catalogue.variants import (
    follow_product,
    follow_variant,
    release_product,
    release_variants,
)
from bittitan_plugin.services.ports import Ports

_NOT_OURS = "It is not a BitTitan product."


class ProductHooks:
    """Implements the product hooks."""

    def __init__(self, ports: PortsProvider) -> None:
        self._ports = ports

    @hookimpl
    def product_created(self, event: ProductCreated) -> Outcome:
        """Follow its name and whether it is published."""
        return self._follow(event)

    @hookimpl
    def product_updated(self, event: ProductUpdated) -> Outcome:
        """Follow its name and whether it is published; unbind it if its type is not ours now."""
        return self._follow(event)

    @hookimpl
    def product_deleted(self, event: ProductDeleted) -> Outcome:
        """Unbind and withdraw our products: all its variants are gone, even if not named."""

        def act(ports: Ports, installation: Installation) -> Outcome:
            gone = event.product_id, event.variant_ids
            count = release_product(ports, installation, *gone)
            return accepted(f"Withdrawn: {count}.") if count else ignored(_NOT_OURS)

        return guarded(self._ports, event.installation, act)

    @hookimpl
    def product_variant_created(self, event: ProductVariantCreated) -> Outcome:
        """Bind one of our products to the variant, making it if there is none."""
        return self._bind(event)

    @hookimpl
    def product_variant_updated(self, event: ProductVariantUpdated) -> Outcome:
        """Take over name, prices and publication; unbind it if it moved to another type."""
        return self._bind(event)

    @hookimpl
    def product_variant_deleted(self, event: ProductVariantDeleted) -> Outcome:
        """Unbind and withdraw."""
        return self._release(event.installation, (event.variant_id,))

    def _bind(self, event: VariantEvent) -> Outcome:
        product_type = ProductType.from_slug(event.product_type or "")
        if product_type is None:
            return self._moved_away(event.installation, event.product_type, (event.variant_id,))
        variant = PlatformVariant(
            variant_id=event.variant_id,
            product_id=event.product_id,
            product_type=product_type,
            sku=event.sku,
            name=event.name,
            prices={price.currency: price for price in event.prices},
            published=event.published,
            clocks=read_clocks(event.expire_days, event.validity_days),
        )

        def act(ports: Ports, installation: Installation) -> Outcome:
            product = follow_variant(ports, installation, variant)
            return accepted(f"Followed as {product.name}.")

        return guarded(self._ports, event.installation, act)

    def _follow(self, event: ProductEvent) -> Outcome:
        if ProductType.from_slug(event.product_type or "") is None and event.product_type:
            return self._moved_away(event.installation, event.product_type, event.variant_ids)

        def act(ports: Ports, installation: Installation) -> Outcome:
            count = follow_product(
                ports,
                installation,
                event.variant_ids,
                published=event.published,
                name=event.name,
                clocks=read_clocks(event.expire_days, event.validity_days),
            )
            return accepted(f"Followed for {count} product(s).") if count else ignored(_NOT_OURS)

        return guarded(self._ports, event.installation, act)

    def _moved_away(
        self, key: str, product_type: str | None, variant_ids: tuple[str, ...]
    ) -> Outcome:
        # An event without the type says nothing about it.
        return self._release(key, variant_ids if product_type else ())

    def _release(self, key: str, variant_ids: tuple[str, ...]) -> Outcome:
        def act(ports: Ports, installation: Installation) -> Outcome:
            count = release_variants(ports, installation, variant_ids)
            return accepted(f"Withdrawn: {count}.") if count else ignored(_NOT_OURS)

        return guarded(self._ports, key, act)
