"""Each step of the story says what went otherwise, instead of going on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.cli.demo import story as story_module
from bittitan_plugin.cli.demo.client import Frontend, StoryError
from bittitan_plugin.cli.demo.story import Story
from tests.integration.web.conftest import Served


@pytest.fixture
def told() -> list[str]:
    """The titles of the steps that went well."""
    return []


@pytest.fixture
def story(
    idle: Served,
    sandbox: SandboxServer,
    told: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Story]:
    """A story that waits only a moment for what nobody does here."""
    monkeypatch.setattr(story_module, "PATIENCE_S", 0.2)
    url = str(idle.http.base_url)
    with Frontend(url) as staff, Frontend(url) as reseller:
        yield Story(
            staff,
            reseller,
            idle.shop.platform,
            sandbox,
            tmp_path / "mail",
            lambda title, _what: told.append(title),
        )


def failure_of(story: Story) -> str:
    with pytest.raises(StoryError) as failure:
        story.play()
    return str(failure.value)


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        ("status", {"status": 401}),
        ("status", {"status": 503}),
        ("rate_limit", {}),
        ("drop_connection", {}),
        ("broken_json", {}),
    ],
    ids=["credentials", "unavailable", "busy", "dropped", "broken"],
)
def test_a_vendor_that_lets_nobody_sign_in_ends_the_story_at_the_first_step(
    story: Story, sandbox: SandboxServer, told: list[str], fault: str, values: dict[str, int]
) -> None:
    sandbox.sandbox.faults.add(fault, operation="session", **values)
    assert failure_of(story)
    assert told == []


def test_an_asset_that_never_arrives_is_named_with_the_time_it_was_given(
    story: Story, told: list[str]
) -> None:
    assert failure_of(story) == "the coupon did not arrive within 0 seconds"
    assert told[-1] == "A reseller orders 25 mailbox licences"


def test_staff_who_cannot_sign_in_end_the_story(
    story: Story, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_module, "STAFF_EMAIL", "nobody@example.com")
    assert failure_of(story).startswith("nobody@example.com could not sign in")
    assert told == []
