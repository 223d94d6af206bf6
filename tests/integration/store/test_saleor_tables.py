"""What is kept of one Saleor beside the repositories is not touched through another."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.hosts.saleor.problems import ProblemMirror
from bittitan_plugin.hosts.saleor.tables import SaleorProblemRow
from bittitan_plugin.hosts.saleor.turns import Turns
from bittitan_plugin.store.unit_of_work import Store
from tests.conftest import StandingClock
from tests.integration.store.belongings import connect_a_saleor


@pytest.fixture
def mirror(store: Store) -> ProblemMirror:
    return ProblemMirror(None, store, store.engine)  # type: ignore[arg-type]


@pytest.fixture
def raised(store: Store, elsewhere: UUID) -> UUID:
    """A problem that the other one's Dashboard shows."""
    connect_a_saleor(store, elsewhere)
    with Session(store.engine) as session:
        mine = SaleorProblemRow.installation_id == elsewhere
        return session.scalars(select(SaleorProblemRow.problem_id).where(mine)).one()


def test_what_another_dashboard_shows_is_not_taken_for_ones_own(
    mirror: ProblemMirror,
    installation: UUID,
    elsewhere: UUID,
    raised: UUID,
) -> None:
    assert mirror._shown(installation) == {}
    assert mirror._shown(elsewhere).keys() == {raised}


def test_what_another_dashboard_shows_is_not_forgotten(
    mirror: ProblemMirror,
    installation: UUID,
    elsewhere: UUID,
    raised: UUID,
) -> None:
    mirror._forget(installation, [raised])
    assert mirror._shown(elsewhere).keys() == {raised}


def test_the_end_of_a_turn_ends_none_of_another_s_order_of_that_id(
    store: Store,
    clock: StandingClock,
    installation: UUID,
    elsewhere: UUID,
) -> None:
    turns = Turns(store.engine, clock)
    with turns.of(elsewhere)("order-1"):
        with turns.of(installation)("order-1"):
            pass
        with pytest.raises(Unavailable), turns.of(elsewhere)("order-1"):
            pass
