"""What an instance without staff tells whoever started it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Environment, Settings
from bittitan_plugin.cli.serving import Shop, open_shop
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.history import Actor, ActorKind

BY = Actor(ActorKind.SYSTEM, "command line")


@pytest.fixture
def begun(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """An empty instance of the environment that the test is given."""
    settings = Settings(
        environment=request.param,
        database_url=f"sqlite:///{tmp_path / 'shop.sqlite'}",
        var_dir=tmp_path,
        secret_keys=(generate_key(),),
        public_url="https://shop.example",
    )
    shop = open_shop(settings)
    shop.application.migrate()
    yield shop
    shop.application.close()


@pytest.mark.parametrize("begun", [Environment.DEVELOPMENT], indirect=True)
def test_in_development_it_names_the_command_and_a_link(begun: Shop) -> None:
    command, link = begun.how_to_begin()
    assert "bittitan-plugin staff create EMAIL" in command
    assert link.startswith("Or open https://shop.example/first-run/")


@pytest.mark.parametrize("begun", [Environment.PRODUCTION], indirect=True)
def test_in_production_there_is_no_link_and_no_page_for_one(begun: Shop) -> None:
    (command,) = begun.how_to_begin()
    assert "bittitan-plugin staff create EMAIL" in command
    assert [each for each in begun.app.routes if "first-run" in getattr(each, "path", "")] == []


@pytest.mark.parametrize("begun", [Environment.DEVELOPMENT], indirect=True)
def test_where_there_is_staff_it_says_nothing(begun: Shop) -> None:
    begun.platform.staff.create("first@example.com", by=BY, permissions=list(Permission))
    assert begun.how_to_begin() == []
