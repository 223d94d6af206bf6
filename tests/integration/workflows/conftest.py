"""Work that stays in hand for as long as a test wants it to."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from tests.waiting import PATIENCE_S
from tests.world import Shop


@pytest.fixture
def go_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Until it is set, no sale gets past telling the platform of its coupon."""
    go, told = Event(), shop.host.fulfilled

    def fulfilled(line: Any) -> None:
        go.wait(PATIENCE_S)
        told(line)

    monkeypatch.setattr(shop.host, "fulfilled", fulfilled)
    yield go
    go.set()
