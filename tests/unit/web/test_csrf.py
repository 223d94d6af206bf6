"""A form changes something only when a page of this site sent it."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bittitan_plugin.web.csrf import Csrf, csrf_input
from bittitan_plugin.web.pages import Pages
from bittitan_plugin.web.sessions import COOKIE, Sessions
from tests.conftest import StandingClock
from tests.pages import Form, Page


def sessions_of(clock: StandingClock) -> Sessions:
    return Sessions(["a secret"], clock, secure=False)


def session(clock: StandingClock) -> dict[str, str]:
    """The cookie of somebody who has just signed in."""
    answer = Response()
    sessions_of(clock).open(answer, "somebody")
    return {COOKIE: answer.headers["set-cookie"].split(";")[0].partition("=")[2]}


async def _form(request: Request) -> Response:
    return HTMLResponse(f'<form action="/">{csrf_input(request)}</form>')


async def _change(_request: Request) -> Response:
    return HTMLResponse("Changed")


def web(clock: StandingClock, *secrets: str) -> Starlette:
    sessions = sessions_of(clock)
    return Starlette(
        routes=[Route("/", _form, methods=["GET"]), Route("/", _change, methods=["POST"])],
        middleware=[Middleware(Csrf, secrets=secrets, pages=Pages(clock), sessions=sessions)],
    )


def sent(clock: StandingClock, token: str | None = None, **headers: str) -> Page:
    """What a form leads to that carries that token, or the page's own."""
    app = web(clock, "a secret")

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
            form: Form = Page(await client.get("/")).form("/")
            fields = form.fields if token is None else {"csrftoken": token}
            return await client.post("/", data=fields, headers=headers)

    return Page(asyncio.run(send()))


@pytest.mark.parametrize("origin", ["same-origin", "none"])
def test_what_a_page_of_ours_sends_goes_through(clock: StandingClock, origin: str) -> None:
    assert sent(clock, **{"Sec-Fetch-Site": origin}).text == "Changed"


@pytest.mark.parametrize("origin", ["cross-site", "same-site", "made-up"])
def test_what_comes_from_elsewhere_is_refused_even_with_the_token(
    clock: StandingClock, origin: str
) -> None:
    assert sent(clock, **{"Sec-Fetch-Site": origin}).status == 403


@pytest.mark.parametrize("token", ["", "made up"])
def test_who_sends_no_good_token_is_told_what_to_do(clock: StandingClock, token: str) -> None:
    assert "reload the page and send it again" in sent(clock, token).text


@pytest.mark.parametrize("first", [0, 1])
def test_a_form_of_one_web_holds_at_another_while_their_first_keys_differ(
    clock: StandingClock, first: int
) -> None:
    webs = [web(clock, "new", "old"), web(clock, "old", "new")]

    async def send() -> httpx.Response:
        with_form, other = webs[first], webs[1 - first]
        cookies = httpx.Cookies()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=with_form), base_url="http://shop.example"
        ) as client:
            form: Form = Page(await client.get("/")).form("/")
            cookies.update(client.cookies)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=other),
            base_url="http://shop.example",
            cookies=cookies,
        ) as client:
            return await client.post("/", data=form.fields)

    assert Page(asyncio.run(send())).text == "Changed"


def carried_over(clock: StandingClock, first: dict[str, str], then: dict[str, str]) -> Page:
    """What a form leads to that was made with the first cookies and is sent with the others."""
    app = web(clock, "a secret")

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://shop.example", cookies=first
        ) as client:
            form: Form = Page(await client.get("/")).form("/")
            token = client.cookies[Csrf.cookie_name]
            client.cookies = httpx.Cookies({Csrf.cookie_name: token, **then})
            return await client.post("/", data=form.fields)

    return Page(asyncio.run(send()))


def test_a_form_of_this_session_goes_through(clock: StandingClock) -> None:
    mine = session(clock)
    assert carried_over(clock, mine, mine).text == "Changed"


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_token_that_was_made_in_another_session_or_in_none_changes_nothing_in_this(
    clock: StandingClock, *, signed_in: bool
) -> None:
    """Else whoever can plant a cookie from a neighbouring site could plant a token of their own."""
    theirs = session(clock) if signed_in else {}
    assert carried_over(clock, theirs, session(clock)).status == 403


def test_a_form_that_is_sent_after_its_session_ran_out_is_led_to_the_door_and_not_refused(
    clock: StandingClock,
) -> None:
    mine = session(clock)
    assert carried_over(clock, mine, {}).text == "Changed"


def test_two_tabs_that_are_opened_at_once_after_signing_in_can_both_send(
    clock: StandingClock,
) -> None:
    app, mine = web(clock, "a secret"), session(clock)

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
            tabs: list[Form] = []
            for _ in range(2):
                # Neither has the other's answer yet.
                client.cookies = httpx.Cookies(mine)
                tabs.append(Page(await client.get("/")).form("/"))
            return [await client.post("/", data=tab.fields) for tab in tabs]

    assert [Page(sent).text for sent in asyncio.run(send())] == ["Changed"] * 2


def test_a_session_gets_a_token_of_its_own_where_the_browser_keeps_an_old_one(
    clock: StandingClock,
) -> None:
    app, mine = web(clock, "a secret"), session(clock)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
            await client.get("/")
            client.cookies.update(mine)
            form: Form = Page(await client.get("/")).form("/")
            return await client.post("/", data=form.fields)

    assert Page(asyncio.run(send())).text == "Changed"
