"""A shop whose database file can take nothing more, in a process of its own: prints its answers.

The limit on the size of files is the process's, so it is set where nobody else writes any. In WAL
mode it takes effect where a full disk does: at the commit, when the log has to grow.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.cli.serving import Shop, open_shop
from bittitan_plugin.platforms.shop.demo_data import CUSTOMER_EMAIL, RESELLER_EMAIL, install_users
from bittitan_plugin.web import health
from tests.pages import Page

#: A wrong password is counted, and so written.
SIGN_IN = """
mutation ($email: String!) { tokenCreate(email: $email, password: "wrong") { errors { code } } }
"""


@contextmanager
def no_room(directory: Path) -> Iterator[None]:
    """No file grows beyond what SQLite's log has by now."""
    (log,) = directory.glob("*-wal")
    before, hardest = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hardest))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hardest))


async def answers(shop: Shop) -> dict[str, Any]:
    """What a load balancer, a program and a person are told."""
    transport = httpx.ASGITransport(shop.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as http:
        ready = await http.get("/readyz")
        wrong = {"query": SIGN_IN, "variables": {"email": RESELLER_EMAIL}}
        graphql = await http.post("/graphql/", json=wrong)
        form = Page(await http.get("/sign-in")).form("/sign-in")
        person = {"email": CUSTOMER_EMAIL, "password": "wrong"}
        page = await http.post("/sign-in", data=form.fields | person)
        live = await http.get("/livez")
    return {
        "ready": [ready.status_code, ready.json()["checks"]["database"]],
        "graphql": [graphql.status_code, graphql.json().get("errors")],
        "page": [page.status_code, page.text],
        "live": live.status_code,
    }


def main(database_url: str, directory: Path) -> None:
    """Ask with room, without, and with room again."""
    health.TRIED_EVERY_S = 0.0
    settings = Settings(database_url=database_url, var_dir=directory, log_format=LogFormat.QUIET)
    shop = open_shop(settings)
    shop.start(run_worker=False)
    install_users(shop.platform)
    told = {"before": asyncio.run(answers(shop))}
    with no_room(directory):
        told["without room"] = asyncio.run(answers(shop))
    told["after"] = asyncio.run(answers(shop))
    shop.stop()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
