"""Detects tampering with an asset's history: each entry's digest includes the one before it.

An entry that was altered, taken out, put in or moved breaks the chain from there on; the asset
keeps the last digest, so a missing end is noticed too. Our choice: one chain per asset, so that
no two sales wait for each other.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from uuid import UUID

from bittitan_plugin.domain.history import HistoryEntry


@dataclass(frozen=True, kw_only=True)
class Chain:
    """One asset's history as it was found, oldest first, each entry with its digest."""

    asset_id: UUID
    #: The digest that the asset keeps as the last one.
    head: str | None
    links: tuple[tuple[HistoryEntry, str], ...]


def digest(previous: str | None, asset_id: UUID, entry: HistoryEntry) -> str:
    """SHA-256, in hex, of an entry and of the digest before it (None for the first)."""
    content = [
        previous,
        str(asset_id),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor.kind.value,
        entry.actor.name,
        entry.change.field,
        entry.change.before,
        entry.change.after,
    ]
    return sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def linked(
    previous: str | None, asset_id: UUID, entries: Iterable[HistoryEntry]
) -> list[tuple[HistoryEntry, str]]:
    """The entries, each with its digest, going on from ``previous``."""
    links = []
    for entry in entries:
        previous = digest(previous, asset_id, entry)
        links.append((entry, previous))
    return links


def fault(chain: Chain) -> str | None:
    """What is wrong with a chain, in a sentence, or None when it holds."""
    previous: str | None = None
    for number, (entry, kept) in enumerate(chain.links, start=1):
        if digest(previous, chain.asset_id, entry) != kept:
            return (
                f"the history of asset {chain.asset_id} was altered at entry {number} "
                f"({entry.change.field}, {entry.at.isoformat()})"
            )
        previous = kept
    if previous != chain.head:
        return f"the history of asset {chain.asset_id} has lost entries at its end"
    return None
