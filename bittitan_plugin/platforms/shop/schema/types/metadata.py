"""Metadata: what clients note on a line, in public."""

from collections.abc import Mapping

import strawberry


@strawberry.type
class MetadataItem:
    """One note."""

    key: str
    value: str


@strawberry.input
class MetadataInput:
    """One note to keep; an empty value keeps none."""

    key: str
    value: str


def items_of(metadata: Mapping[str, str]) -> list[MetadataItem]:
    """Notes by key."""
    return [MetadataItem(key=key, value=value) for key, value in sorted(metadata.items())]
