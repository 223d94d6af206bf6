"""Ten thousand orders wait for one vendor, come due at once, and are handed in by batches."""

import tracemalloc
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.tables import RetryRow
from bittitan_plugin.store.unit_of_work import Store
from bittitan_plugin.workflows.engine.sweep import Sweep
from tests.by_hand import Backlog, Hands, ShopByHand

pytestmark = pytest.mark.databases("sqlite", "postgresql")

MANY = 10_000
#: Bytes that one look takes at most: of so many as a batch, and not of all that is due.
BOUND = 8 * 1024**2


class Counter(Backlog):
    """Counts what is handed in, and keeps nothing of it."""

    def __init__(self, shop_id: UUID) -> None:
        super().__init__()
        self.shop_id, self.count = shop_id, 0

    def enqueue_retry(self, session: Session, installation_id: UUID, retry: Retry) -> None:
        assert session.in_transaction()
        assert (installation_id, retry.is_handed_in) == (self.shop_id, True)
        self.count += 1


def fill(shop: ShopByHand, due: datetime) -> None:
    """Many sales wait until then."""
    rows = [
        {
            "installation_id": shop.id,
            "id": f"provision:{number}",
            "workflow": Workflow.PROVISION,
            "arguments": ["order", "line", "0"],
            "step": "obtain_coupon",
            "error_code": ErrorCode.VENDOR_UNAVAILABLE,
            "reason": "BitTitan does not answer",
            "since": due,
            "settled": [],
            "attempt": 1,
            "next_attempt_at": due,
            "is_handed_in": False,
        }
        for number in range(MANY)
    ]
    with shop.tenant.writing() as work:
        work.session.execute(insert(RetryRow), rows)


def test_ten_thousand_that_are_due_are_handed_in_once_in_bounded_memory(
    shop_by_hand: ShopByHand,
) -> None:
    shop, queue = shop_by_hand, Counter(shop_by_hand.id)
    due = shop.hands.now()
    fill(shop, due)
    store = Store(shop.world.application.engine, queue)
    sweep = Sweep(Hands(replace(shop.ports, store=store)))
    tracemalloc.start()
    sweep.hand_in_due()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (queue.count, sweep.hand_in_due()) == (MANY, 0)
    with shop.tenant.writing() as work:
        work.session.execute(delete(RetryRow).where(RetryRow.installation_id == shop.id))
    assert peak < BOUND, f"{peak / 1024**2:.1f} MiB"
