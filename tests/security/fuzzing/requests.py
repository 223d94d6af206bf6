"""GraphQL requests over HTTP that are as large and as costly as the limits allow, or a bit more.

Random documents seldom come near a limit; what a limit lets through has to be cheap all the same.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import httpx

from bittitan_graphql.query_documents import LONGEST_DOCUMENT
from bittitan_graphql.query_limits import DEEPEST, LONGEST_LIST, MOST_ALIASES, MOST_MUTATIONS
from tests.security.fuzzing import noise
from tests.security.fuzzing.counting import Broken
from tests.security.fuzzing.documents import POWERFUL, POWERLESS, contents
from tests.security.permission_fixture import PASSWORD, Rewinding, Stage

#: What an answer may be; 503 says what to wait for.
FORESEEN = frozenset({200, 400, 401, 413, 422, 503})
#: Sizes around which a limit stands.
PAGES: tuple[Any, ...] = (
    1,
    10,
    100,
    100.0,
    100,
    101,
    1e2,
    "100",
    -1,
    2**31,
    10**400,
    None,
    [100],
    True,
)

#: A document and its variables.
GraphQLRequest = tuple[str, dict[str, Any]]


class LargeRequests:
    """Makes requests, sends them to the shop as it is served, and judges the answers."""

    def __init__(self, random: Random, stage: Stage, rewinding: Rewinding) -> None:
        self._random = random
        self._stage = stage
        self._rewinding = rewinding
        self._before = contents(stage.shop.application.engine)
        self._kinds: tuple[Callable[[], GraphQLRequest], ...] = (
            self._equal_fields, self._pages_in_pages, self._aliases, self._mutations,
            self._long_lists, self._mistakes, self._nested_values, self._long_texts,
            self._fragments, self._padding,
        )  # fmt: skip

    def attempt(self, number: int) -> str:
        """Each kind in its turn, by somebody."""
        query, variables = self._kinds[number % len(self._kinds)]()
        viewer = self._random.choice(POWERLESS + POWERFUL)
        outcome = self._judged(self._sent(viewer, query, variables), query)
        if self._rewinding.changed():
            changed = contents(self._stage.shop.application.engine) != self._before
            self._rewinding.rewind()
            # A basket anybody may fill.
            if changed and viewer in POWERLESS and "checkoutCreate" not in query:
                raise Broken(f"something was changed without permission by {query[:2000]}")
        return outcome

    def _sent(self, viewer: str, query: str, variables: dict[str, Any]) -> httpx.Response:
        token = self._stage.token(viewer)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers["Content-Type"] = "application/json"
        body = noise.as_json({"query": query, "variables": variables})

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._stage.shop.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return await client.post("/graphql/", content=body, headers=headers)

        return asyncio.run(send())

    @staticmethod
    def _judged(answer: httpx.Response, query: str) -> str:
        if answer.status_code not in FORESEEN:
            raise Broken(f"{answer.status_code} to {query[:2000]}")
        errors = answer.json().get("errors") or []
        codes = {each["extensions"]["exception"]["code"] for each in errors}
        if "InternalServerError" in codes:
            raise Broken(f"an error that was not foreseen, to {query[:2000]}")
        return min(codes, default="answered")

    def _equal_fields(self) -> GraphQLRequest:
        field = self._random.choice(
            ["__typename", "me { id email }", "bittitanAssets(first: 1) { totalCount }"]
        )
        return "{ " + f"{field} " * self._random.choice([150, 199, 201, 300, 740]) + "}", {}

    def _pages_in_pages(self) -> GraphQLRequest:
        inner = self._random.choice(
            [
                "orders(first: $n) { edges { node { lines { id } } } }",
                "bittitanAssets(first: $n) { edges { node { name history { at } } } }",
                "products(first: $n) { edges { node { variants { product { id } } } } }",
                "bittitanAssets(first: $n, search: $s, where: {couponCode: $s}) { totalCount }",
                "bittitanAssets(first: $n, after: $s) { edges { cursor } }",
            ]
        )
        variables = {"n": self._random.choice(PAGES), "s": noise.text(self._random)}
        kind = self._random.choice(["Int", "Int!", "Int!", "Float"])
        needs_text = "$s" in inner
        declared = f"$n: {kind}" + (", $s: String!" if needs_text else "")
        return f"query ({declared}) {{ {inner} }}", variables

    def _aliases(self) -> GraphQLRequest:
        number = self._random.choice([MOST_ALIASES, MOST_ALIASES + 1])
        field = self._random.choice(
            [
                "bittitanAssets(first: 10) { edges { node { name couponCode history { at } } } }",
                'bittitanAsset(id: "Qml0VGl0YW5Bc3NldDox") { name }',
                "shop { name }",
            ]
        )
        return "{ " + " ".join(f"a{each}: {field}" for each in range(number)) + " }", {}

    def _mutations(self) -> GraphQLRequest:
        number = self._random.choice([2, MOST_MUTATIONS, MOST_MUTATIONS + 1, MOST_ALIASES])
        email = self._random.choice(list(self._stage.people.values())).email
        password = self._random.choice([PASSWORD, noise.text(self._random)])
        sold = self._stage.sold
        call, variables = self._random.choice(
            [
                ("tokenCreate(email: $a, password: $b) { token }", (email, password)),
                (
                    "passwordChange(oldPassword: $a, newPassword: $b) { errors { code } }",
                    (noise.text(self._random), password),
                ),
                (
                    "checkoutCreate(input: {lines: [{variantId: $a, quantity: 1, metadata: "
                    "[{key: $b, value: $b}]}]}) { checkout { id } }",
                    (sold.variant, noise.text(self._random)),
                ),
            ]
        )
        calls = " ".join(f"a{each}: {call}" for each in range(number))
        kinds = "$a: ID!, $b: String!" if "variantId" in call else "$a: String!, $b: String!"
        return f"mutation ({kinds}) {{ {calls} }}", dict(zip("ab", variables, strict=True))

    def _long_lists(self) -> GraphQLRequest:
        number = self._random.choice([1, LONGEST_LIST, LONGEST_LIST + 1, 8000])
        pairs = self._random.choice([0, 1, LONGEST_LIST])
        lines = [
            {
                "variantId": self._stage.sold.variant,
                "quantity": self._random.choice([1, 2**31 - 1, 1.0, -1]),
                "metadata": [{"key": f"k{line}-{each}", "value": "v"} for each in range(pairs)],
            }
            for line in range(min(number, 8000 // max(pairs, 1)))
        ]
        text = (
            "mutation ($i: CheckoutCreateInput!) { checkoutCreate(input: $i) { checkout { id } } }"
        )
        return text, {"i": {"lines": lines}}

    def _mistakes(self) -> GraphQLRequest:
        number = self._random.choice([10, 200, 700])
        unknown = " ".join(f"f{each}" for each in range(number))
        inputs = ", ".join(f"f{each}: {each}" for each in range(number))
        asked = self._random.choice(
            [
                f"{{ {unknown} }}",
                f"{{ bittitanAssets(first: 1, where: {{ {inputs} }}) {{ totalCount }} }}",
                f"{{ bittitanAssets({inputs}) {{ totalCount }} }}",
                f"{{ ...{' ...'.join(unknown.split())} }}",
            ]
        )
        return asked, {}

    def _nested_values(self) -> GraphQLRequest:
        depth = self._random.choice([10, 200, 900])
        value: Any = "x"
        for _ in range(depth):
            value = [value] if self._random.random() < 0.5 else {"where": value}
        levels = self._random.choice([DEEPEST // 2 - 1, DEEPEST, 90])
        objects = "variants { product { " * levels + "id" + " } }" * levels
        return self._random.choice(
            [
                ("query ($w: BitTitanAssetWhereInput) { bittitanAssets(first: 1, where: $w) "
                 "{ totalCount } }", {"w": value}),
                ("query ($w: String) { bittitanAssets(first: 1, search: $w) { totalCount } }",
                 {"w": value}),
                ("{ bittitanAssets(first: 1, search: " + "[" * depth + "]" * depth
                 + ") { totalCount } }", {}),
                ("{ products(first: 100) { edges { node { " + objects + " } } } }", {}),
            ]
        )  # fmt: skip

    def _long_texts(self) -> GraphQLRequest:
        part, length = noise.text(self._random) or "x", self._random.choice([1, 500_000, 5_000_000])
        text = part * (length // len(part) + 1)
        asked = self._random.choice(
            [
                "query ($t: String!) { bittitanAssets(first: 1, search: $t) { totalCount } }",
                "query ($t: ID!) { bittitanAsset(id: $t) { id } }",
                "query ($t: String!) { bittitanAssets(first: 1, after: $t) { totalCount } }",
                "mutation ($t: String!) { tokenCreate(email: $t, password: $t) { token } }",
                "query ($t: String!) { bittitanAssets(first: 1, where: {couponCode: $t}) "
                "{ totalCount } }",
            ]
        )
        return asked, {"t": text}

    def _fragments(self) -> GraphQLRequest:
        number = self._random.choice([5, 60, 200])
        parts = [f"fragment F{each} on User {{ ...F{each + 1} ...F{each + 1} }}"
                 for each in range(number)]  # fmt: skip
        end = self._random.choice(["{ id }", "{ ...F0 }", "{ missing }"])
        return "{ me { ...F0 } } " + " ".join(parts) + f" fragment F{number} on User {end}", {}

    def _padding(self) -> GraphQLRequest:
        room = self._random.choice([LONGEST_DOCUMENT, LONGEST_DOCUMENT + 1, 1_000_000])
        filler = self._random.choice([",", " ", "\n", "#", "\ufeff"])
        directives = "@include(if: true) " * self._random.choice([1, 2, 300])
        query = f"{{ me {directives}{{ id }} }}"
        return query + filler * max(room - len(query), 0), {}
