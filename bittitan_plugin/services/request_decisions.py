"""Records what becomes of a cancellation request, and enqueues its news in the same commit.

Every function takes an open transaction that holds the asset's lock: so the second of two decisions
at once sees the first, and is refused.
"""

from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.workflow_ids import Side, Workflow, tell_id
from bittitan_plugin.store.unit_of_work import UnitOfWork


class News(StrEnum):
    """The news about a request, each sent once."""

    RECEIVED = "RECEIVED"
    REMINDER = "REMINDER"
    WITHDRAWN = "WITHDRAWN"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"


def announce(work: UnitOfWork, request: CancellationRequest, news: News) -> None:
    """Enqueue the news to each side, which is sent if and only if this transaction commits."""
    for side in Side:
        work.enqueue(Workflow.TELL, tell_id(request.id, news, side), str(request.id), news, side)


def decide(
    work: UnitOfWork,
    request_id: UUID,
    transition: Callable[[CancellationRequest], CancellationRequest],
    news: News,
) -> CancellationRequest:
    """Apply a decision to the request as it is now. Raises ``Refusal`` once it is decided."""
    decided = work.requests.change(request_id, transition)
    announce(work, decided, news)
    return decided


def settle(ports: Ports, work: UnitOfWork, asset_id: UUID, by: str, *, tell: bool = True) -> None:
    """Accept the asset's pending request, if any, because the asset is cancelled in some way.

    ``tell`` is False where the news would promise a credit that does not come.
    """
    pending = work.requests.pending_of([asset_id]).get(asset_id)
    if pending is None:
        return
    accepted = work.requests.change(pending.id, lambda r: r.accepted(ports.clock(), by))
    if tell:
        announce(work, accepted, News.ACCEPTED)
