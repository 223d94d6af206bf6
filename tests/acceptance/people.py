"""The people of a shop: each with a session of their own, over HTTP, in GraphQL."""

from typing import Any

import httpx

from bittitan_plugin.base.settings import Settings
from bittitan_plugin.cli.serving import open_shop
from bittitan_plugin.domain.access import Permission
from tests.integration.graphql_extension.operations import load
from tests.waiting import PATIENCE_S

STAFF, PASSWORD = "staff@distributor.example", "a long password"


class Person:
    """Sends GraphQL documents: given ones, or those of ``graphql/operations`` by their path."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._url = f"http://127.0.0.1:{port}/graphql/"
        self.token = token

    def sign_in(self, email: str, password: str = PASSWORD) -> Any:
        """What signing in answers; the token is sent from now on."""
        signed = self.ask("storefront/sign-in.graphql", email=email, password=password)
        self.token = signed["token"]
        return signed

    def ask(self, document: str, /, **variables: Any) -> Any:
        """The one field that was asked for, where GraphQL itself has nothing to say."""
        query = load(document) if document.endswith(".graphql") else document
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        answer = httpx.post(self._url, json=body, headers=headers, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        (found,) = answer.json()["data"].values()
        return found

    def do(self, document: str, /, **variables: Any) -> Any:
        """As ``ask``, for a mutation that must not be refused."""
        payload = self.ask(document, **variables)
        assert payload["errors"] == [], payload
        return payload


def hire_staff(settings: Settings) -> None:
    """The first member of staff: the one thing an operator cannot make through GraphQL."""
    shop = open_shop(settings)
    shop.application.migrate()
    shop.platform.customers.create(
        email=STAFF, password=PASSWORD, staff_permissions=list(Permission)
    )
    shop.application.close()
