"""A mailer that keeps what it is given, for tests of whoever sends."""

from collections import deque
from collections.abc import Iterable

from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.mail.port import Notification
from bittitan_plugin.mail.rendering import Renderer


class RecordingMailer:
    """Records every notification in ``sent``, after rendering it as a real mailer would.

    So a notification that misses a value of its template fails the test that sent it. Each of
    ``failures`` is raised once, in order, by the next calls; those record nothing.
    """

    def __init__(self, failures: Iterable[BitTitanError] = ()) -> None:
        self.sent: list[Notification] = []
        self.failures = deque(failures)
        self._renderer = Renderer()

    def send(self, notification: Notification) -> None:
        if self.failures:
            raise self.failures.popleft()
        self._renderer.render(notification)
        self.sent.append(notification)

    def check(self) -> None:
        if self.failures:
            raise self.failures.popleft()
