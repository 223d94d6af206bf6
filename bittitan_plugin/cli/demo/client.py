"""A headless frontend, as small as one can be: it signs in and sends GraphQL documents."""

from typing import Any, Self

import httpx

#: Seconds an answer may take; a cancellation waits for BitTitan.
TIMEOUT_S = 30.0


class StoryError(Exception):
    """A step of the story did not go as it should."""


class Frontend:
    """One person's session with the shop."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_S)
        self._token: str | None = None

    def sign_in(self, email: str, password: str) -> None:
        """Take a token for this person."""
        data = self.run(
            "mutation($email: String!, $password: String!) {"
            " tokenCreate(email: $email, password: $password) { token errors { message } } }",
            email=email,
            password=password,
        )
        self._token = data["tokenCreate"]["token"]
        if self._token is None:
            raise StoryError(f"{email} could not sign in: {data['tokenCreate']['errors']}")

    def run(self, document: str, **variables: Any) -> dict[str, Any]:
        """Send a document; returns ``data``.

        Raises ``StoryError`` on top-level errors, and when the answer is not JSON.
        """
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = self._post({"query": document, "variables": variables}, headers)
        if body.get("errors"):
            raise StoryError("; ".join(error["message"] for error in body["errors"]))
        data: dict[str, Any] = body["data"]
        return data

    def mutate(self, document: str, **variables: Any) -> dict[str, Any]:
        """Send a mutation; returns its payload. Raises ``StoryError`` on its errors."""
        (payload,) = self.run(document, **variables).values()
        if payload["errors"]:
            raise StoryError("; ".join(error["message"] for error in payload["errors"]))
        result: dict[str, Any] = payload
        return result

    def _post(self, content: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        try:
            answer = self._client.post("/graphql/", json=content, headers=headers)
            body: dict[str, Any] = answer.json()
        except httpx.HTTPError as error:
            raise StoryError(f"the shop does not answer: {error}") from None
        except ValueError:
            raise StoryError(f"the shop answers {answer.status_code} without JSON") from None
        return body

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._client.close()
