"""Verifies the chains through the histories of an installation's assets."""

from collections.abc import Iterator
from uuid import UUID

from bittitan_plugin.domain.audit import fault
from bittitan_plugin.services.ports import Tenant

#: The most assets with their histories in memory at a time.
_AT_A_TIME = 500


def faults(tenant: Tenant) -> Iterator[str]:
    """Every fault of a history, in a sentence, as it is found. Memory stays bounded."""
    last: UUID | None = None
    while True:
        with tenant.reading() as work:
            ids = work.assets.ids_after(last, _AT_A_TIME)
            chains = work.assets.chains(ids)
        yield from (found for chain in chains if (found := fault(chain)) is not None)
        if len(ids) < _AT_A_TIME:
            return
        last = ids[-1]
