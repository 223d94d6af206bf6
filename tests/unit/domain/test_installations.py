"""An installation that is switched off says so."""

from dataclasses import replace
from uuid import uuid4

import pytest

from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.installations import Installation
from tests.fakes.values import NOON

ON = Installation(
    id=uuid4(), key="default", active=True, configuration=Configuration(), created_at=NOON
)


def test_nothing_is_refused_while_it_is_switched_on() -> None:
    ON.check_active()


def test_while_it_is_switched_off_the_refusal_says_who_can_switch_it_on() -> None:
    with pytest.raises(Refusal, match="MANAGE_PLUGINS") as refused:
        replace(ON, active=False).check_active()
    assert refused.value.code is ErrorCode.PLUGIN_INACTIVE
