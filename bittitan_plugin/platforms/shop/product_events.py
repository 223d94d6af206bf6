"""Changes of the catalogue, each followed by its hooks once it is committed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from bittitan_hooks import specs
from bittitan_plugin.platforms.shop.catalogue import Catalogue, ProductRecord, Variant
from bittitan_plugin.platforms.shop.events import product_fields, variant_fields
from bittitan_plugin.platforms.shop.hook_calls import HookCaller
from bittitan_plugin.platforms.shop.inputs import VariantInput


class ProductChanges:
    """Changes the catalogue and fires the hooks. Raises ``Refusal``."""

    def __init__(self, catalogue: Catalogue, announcer: HookCaller) -> None:
        self._catalogue = catalogue
        self._announcer = announcer

    def create_product(
        self,
        *,
        name: str,
        product_type: str,
        slug: str | None = None,
        collection: str | None = None,
        published: bool = False,
        variants: Sequence[VariantInput] = (),
    ) -> ProductRecord:
        """Put a product with its variants on offer."""
        record = self._catalogue.create(
            name=name,
            product_type=product_type,
            slug=slug,
            collection=collection,
            published=published,
            variants=variants,
        )
        self._product("product_created", specs.ProductCreated, record)
        for variant in record.variants:
            self._variant("product_variant_created", specs.ProductVariantCreated, variant)
        return record

    def update_product(
        self,
        product_id: UUID,
        *,
        name: str | None = None,
        collection: str | None = None,
        published: bool | None = None,
    ) -> ProductRecord:
        """Rename, regroup, publish or withdraw a product."""
        record = self._catalogue.update(
            product_id, name=name, collection=collection, published=published
        )
        self._product("product_updated", specs.ProductUpdated, record)
        return record

    def delete_product(self, product_id: UUID) -> ProductRecord:
        """Remove a product and its variants."""
        record = self._catalogue.delete(product_id)
        for variant in record.variants:
            self._variant("product_variant_deleted", specs.ProductVariantDeleted, variant)
        self._product("product_deleted", specs.ProductDeleted, record)
        return record

    def create_variant(self, product_id: UUID, variant: VariantInput) -> Variant:
        """Add a variant."""
        created = self._catalogue.create_variant(product_id, variant)
        self._variant("product_variant_created", specs.ProductVariantCreated, created)
        return created

    def update_variant(
        self,
        variant_id: UUID,
        *,
        sku: str | None = None,
        name: str | None = None,
        prices: Sequence[tuple[Decimal, str]] | None = None,
    ) -> Variant:
        """Rename or re-price a variant."""
        variant = self._catalogue.update_variant(variant_id, sku=sku, name=name, prices=prices)
        self._variant("product_variant_updated", specs.ProductVariantUpdated, variant)
        return variant

    def delete_variant(self, variant_id: UUID) -> Variant:
        """Remove a variant."""
        variant = self._catalogue.delete_variant(variant_id)
        self._variant("product_variant_deleted", specs.ProductVariantDeleted, variant)
        return variant

    def _product(self, hook: str, kind: type[specs.Event], record: ProductRecord) -> None:
        self._announce(hook, kind, product_fields(record))

    def _variant(self, hook: str, kind: type[specs.Event], variant: Variant) -> None:
        self._announce(hook, kind, variant_fields(variant))

    def _announce(self, hook: str, kind: type[specs.Event], values: Mapping[str, object]) -> None:
        fields = {"installation": self._announcer.installation, **values}
        self._announcer.announce(hook, lambda: kind.model_validate(fields))
