"""Activation in order: what a new instance still needs, known from what is there."""

from dataclasses import dataclass

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.store.queries.figures import begun
from bittitan_plugin.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step, whether it is done, and where it is done (from the back office's root)."""

    name: str
    text: str
    path: str
    #: What it takes to do it, and so to see how far it is.
    permission: Permission
    done: bool


def steps(work: UnitOfWork, installation: Installation) -> list[Step]:
    """The six steps from an empty instance to its first sale."""
    products, there = work.products.all(), begun(work)
    published = {product.product_type for product in products if product.published}
    priced = [product for product in products if product.prices]
    return [
        Step(
            name="Connect",
            text="Fill in the settings and switch the plugin on.",
            path="/settings",
            permission=Permission.MANAGE_PLUGINS,
            done=installation.active,
        ),
        Step(
            name="Get services definition",
            text="Create the product types and import BitTitan's articles.",
            path="/products/list",
            permission=Permission.MANAGE_PRODUCTS,
            done=bool(products),
        ),
        Step(
            name="Price",
            text="Give what you want to sell a price.",
            path="/products/list",
            permission=Permission.MANAGE_PRODUCTS,
            done=bool(priced),
        ),
        Step(
            name="Publish",
            text="Publish at least one product of each type.",
            path="/products/list",
            permission=Permission.MANAGE_PRODUCTS,
            done=published == set(ProductType),
        ),
        Step(
            name="First account",
            text="An account is known once it orders or is synchronized.",
            path="/accounts/list",
            permission=Permission.MANAGE_USERS,
            done=there.accounts,
        ),
        Step(
            name="First order",
            text="Draft an order for a customer and execute it, or buy in the shop.",
            path="/orders/new",
            permission=Permission.MANAGE_ORDERS,
            done=there.assets,
        ),
    ]
