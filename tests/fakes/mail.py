"""A mailer that keeps what it is given, for tests of whoever sends."""

from collections import deque
from collections.abc import Iterable

from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.mail.rendering import Renderer
from bittitan_plugin.ports.mail import Notification
from tests.captured_secrets import secrets_in

#: One for all: it compiles each template once.
_RENDERER = Renderer()


class RecordingMailer:
    """Records every notification in ``sent``, after rendering it as a real mailer would.

    So a notification that misses a value of its template, or has a secret in its subject, fails
    the test that sent it. Each of ``failures`` is raised once, in order, by the next calls; those
    record nothing.
    """

    def __init__(self, failures: Iterable[BitTitanError] = ()) -> None:
        self.sent: list[Notification] = []
        self.failures = deque(failures)

    def send(self, notification: Notification) -> None:
        if self.failures:
            raise self.failures.popleft()
        subject = _RENDERER.render(notification)["Subject"]
        assert secrets_in(subject) == [], f"the subject of {notification.template} gives it away"
        self.sent.append(notification)

    def check(self) -> None:
        if self.failures:
            raise self.failures.popleft()
