"""The Dashboard with one member of staff before it: shows the app's pages and sends their forms."""

from tests.fakes.saleor.records import User
from tests.fakes.saleor.sending import Sender
from tests.pages import Form, Page

ROOT = "/saleor/dashboard"


class Dashboard:
    """Opens pages with a token of its own; from then on only the pages' own forms are sent."""

    def __init__(self, sender: Sender, user: User) -> None:
        self._sender = sender
        self._user = user

    def open(self, path: str = "", **about: str) -> Page:
        """A page of the app's, about the order or customer that is looked at."""
        sender = self._sender
        assert sender.app is not None
        token = sender.saleor.signing.dashboard_token(
            sender.api_url, self._user, sender.app.id, now=sender.clock()
        )
        form = {"saleorApiUrl": sender.api_url, "accessToken": token, **about}
        return Page(sender.http.post(f"{ROOT}{path}", data=form))

    def press(self, form: Form, value: str = "", **typed: str) -> Page:
        """Press the button with that value, after typing; fails when the form has no such one."""
        assert value in [each for _, each in form.buttons], form.buttons
        pressed = {name: each for name, each in form.buttons if name and each == value}
        return Page(self._sender.http.post(form.action, data=form.fields | typed | pressed))
