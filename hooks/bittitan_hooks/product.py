"""Product events: our products stay bound to the platform's variants. Assets never change."""

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
from bittitan_hooks.guard import PortsProvider, accepted, guarded, ignored
from bittitan_hooks.results import Outcome
from bittitan_hooks.specs import hookimpl
from bittitan_hooks.translate import to_money
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.catalogue import (
    HostVariant,
    follow_publication,
    follow_variant,
    release_variant,
)
from bittitan_plugin.services.ports import Ports

_NOT_OURS = "It is not a BitTitan product."


class ProductHooks:
    """Implements the product hooks."""

    def __init__(self, ports: PortsProvider) -> None:
        self._ports = ports

    @hookimpl
    def product_created(self, event: ProductCreated) -> Outcome:
        """Follow whether it is published."""
        return self._follow(event, published=event.published)

    @hookimpl
    def product_updated(self, event: ProductUpdated) -> Outcome:
        """Follow whether it is published."""
        return self._follow(event, published=event.published)

    @hookimpl
    def product_deleted(self, event: ProductDeleted) -> Outcome:
        """Withdraw our products; their variants are gone with it."""
        return self._follow(event, published=False)

    @hookimpl
    def product_variant_created(self, event: ProductVariantCreated) -> Outcome:
        """Bind one of our products to the variant, making it if there is none."""
        return self._bind(event)

    @hookimpl
    def product_variant_updated(self, event: ProductVariantUpdated) -> Outcome:
        """Take over article number, name and prices."""
        return self._bind(event)

    @hookimpl
    def product_variant_deleted(self, event: ProductVariantDeleted) -> Outcome:
        """Unbind and withdraw."""

        def act(ports: Ports, installation: Installation) -> Outcome:
            released = release_variant(ports, installation, event.variant_id)
            return accepted("Withdrawn.") if released else ignored(_NOT_OURS)

        return guarded(self._ports, event.installation, act)

    def _bind(self, event: VariantEvent) -> Outcome:
        product_type = ProductType.from_slug(event.product_type or "")

        def act(ports: Ports, installation: Installation) -> Outcome:
            if product_type is None:
                return ignored(_NOT_OURS)
            variant = HostVariant(
                variant_id=event.variant_id,
                product_type=product_type,
                sku=event.sku,
                name=event.name,
                published=event.published,
                prices={price.currency: to_money(price) for price in event.prices},
            )
            product = follow_variant(ports, installation, variant)
            return accepted(f"Followed as {product.name}.")

        return guarded(self._ports, event.installation, act)

    def _follow(self, event: ProductEvent, *, published: bool) -> Outcome:
        def act(ports: Ports, installation: Installation) -> Outcome:
            count = follow_publication(ports, installation, event.variant_ids, published=published)
            return accepted(f"Followed for {count} product(s).") if count else ignored(_NOT_OURS)

        return guarded(self._ports, event.installation, act)
