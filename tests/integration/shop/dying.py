"""A process of the embedded platform that dies between a change and the first hook of it."""

from collections.abc import Callable

import pytest

from bittitan_plugin.platforms.shop.hook_calls import HookCaller


class Died(BaseException):
    """The process is gone."""


def dying(work: Callable[[], object]) -> None:
    """Do it in a process that dies before any plugin is told."""

    def die(*_: object) -> bool:
        raise Died

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HookCaller, "announce", die)
        with pytest.raises(Died):
            work()
