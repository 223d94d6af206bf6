"""No argument of GraphQL breaks its field, whoever asks, and none is read out at length."""

import asyncio
from typing import Any

import httpx
import pytest

from bittitan_plugin.platforms.shop.schema import build_schema
from tests.security.belongings import RESELLER
from tests.security.monsters.arguments import VALUES, Question, questions
from tests.security.monsters.sent import ECHO
from tests.security.permission_fixture import Stage, rewound


@pytest.mark.parametrize("viewer", ["every permission", RESELLER])
@pytest.mark.parametrize("monster", VALUES)
def test_no_argument_breaks_its_field_or_is_read_out_at_length(
    stage: Stage, viewer: str, monster: str
) -> None:
    with rewound(stage.file):
        faults = asyncio.run(_faults(stage, viewer, *VALUES[monster]))
    assert not faults, "\n".join(faults)


async def _faults(stage: Stage, viewer: str, text: str, number: int) -> list[str]:
    schema = build_schema(stage.shop.plugins)._schema
    found = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=stage.shop.app),
        base_url="http://shop.example",
        headers={"Authorization": f"Bearer {stage.token(viewer)}"},
    ) as client:
        for name, question in questions(schema, text, number):
            fault = await _fault(client, question)
            if fault:
                found.append(f"{name}: {fault}")
    return found


async def _fault(client: httpx.AsyncClient, question: Question) -> str | None:
    body = {"query": question.document, "variables": question.variables}
    try:
        answer = await client.post("/graphql/", json=body)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.text[:300]}"
    return _wrong(answer.json(), answer.text)


def _wrong(said: dict[str, Any], text: str) -> str | None:
    codes = [error["extensions"]["exception"]["code"] for error in said.get("errors", ())]
    if "InternalServerError" in codes:
        return "InternalServerError"
    return "it is read out at length" if ECHO in text or "9" * 201 in text else None
