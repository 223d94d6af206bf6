"""The slugs of what the plugin makes in a Saleor."""

import re

#: The longest part of an article number in a slug, in characters. Our choice.
_LONGEST = 200


def product_slug(sku: str) -> str:
    """The slug of the product that sells an article: the same for the same article number."""
    text = _plain(sku)
    return f"bittitan-{text}" if text else "bittitan"


def category_slug(category: str) -> str:
    """The slug of the category with that name; a slug stays as it is."""
    return _plain(category)


def attribute_slug(property_slug: str) -> str:
    """The slug of an attribute, with a prefix: in Saleor all products' attributes share slugs."""
    return f"bittitan-{property_slug}"


def group_slug(name: str) -> str:
    """The slug of the collection that presents the group ``name``."""
    return name.lower().replace(" ", "-")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:_LONGEST].strip("-")
