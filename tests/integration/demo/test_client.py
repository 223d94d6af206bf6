"""The demo's frontend: whatever the shop answers, it is a line of text and never a traceback."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from bittitan_plugin.cli.demo.client import Frontend, StoryError
from bittitan_plugin.platforms.shop.demo_data import DEMO_PASSWORD, RESELLER_EMAIL
from tests.integration.web.conftest import Served

ME = "{ me { email } }"
Answering = Callable[[bytes], Frontend]


@pytest.fixture
def frontend(idle: Served) -> Iterator[Frontend]:
    with Frontend(str(idle.http.base_url)) as made:
        yield made


@pytest.fixture
def answering() -> Iterator[Answering]:
    """A frontend of a shop that answers one request with these bytes."""
    opened: list[Frontend] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer(content: bytes) -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(content)

        def make(content: bytes) -> Frontend:
            threading.Thread(target=answer, args=(content,), daemon=True).start()
            opened.append(Frontend(f"http://127.0.0.1:{listener.getsockname()[1]}"))
            return opened[-1]

        yield make
        for made in opened:
            made.__exit__()


def test_whoever_signs_in_is_known_from_then_on(frontend: Frontend) -> None:
    frontend.sign_in(RESELLER_EMAIL, DEMO_PASSWORD)
    assert frontend.run(ME)["me"] == {"email": RESELLER_EMAIL}


def test_a_wrong_password_says_who_could_not_sign_in(frontend: Frontend) -> None:
    with pytest.raises(StoryError, match=f"{RESELLER_EMAIL} could not sign in"):
        frontend.sign_in(RESELLER_EMAIL, "wrong password")


def test_what_graphql_itself_refuses_is_told(frontend: Frontend) -> None:
    with pytest.raises(StoryError, match="Cannot query field 'nothing'"):
        frontend.run("{ nothing }")


def test_what_a_mutation_refuses_is_told(frontend: Frontend) -> None:
    document = 'mutation { tokenCreate(email: "a", password: "b") { errors { message } } }'
    with pytest.raises(StoryError, match="valid credentials"):
        frontend.mutate(document)


def test_a_shop_that_is_not_there_is_told() -> None:
    with Frontend("http://127.0.0.1:9") as nobody, pytest.raises(StoryError, match="not answer"):
        nobody.run(ME)


def test_a_shop_that_hangs_up_is_told(answering: Answering) -> None:
    with pytest.raises(StoryError, match="the shop does not answer"):
        answering(b"").run(ME)


def test_an_answer_that_is_not_json_is_told_with_its_status(answering: Answering) -> None:
    page = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops"
    with pytest.raises(StoryError, match="the shop answers 502 without JSON"):
        answering(page).run(ME)
