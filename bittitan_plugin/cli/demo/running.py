"""Plays the story in a throw-away shop, or leaves that shop running to be tried."""

import json
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

import uvicorn
from rich.console import Console

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.private_files import private_directory, private_file
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.cli.demo.client import Frontend, StoryError
from bittitan_plugin.cli.demo.story import Narrator, Story
from bittitan_plugin.cli.serving import Shop, at_address, open_shop, server_of
from bittitan_plugin.platforms.shop.demo_data import (
    DEMO_PASSWORD,
    RESELLER_EMAIL,
    STAFF_EMAIL,
    install_users,
)

#: Seconds the server may take to start.
START_S = 20.0


def play(*, as_json: bool, vendor: Callable[[], SandboxServer] = SandboxServer) -> int:
    """Play the whole story; returns the exit status: 0, or 1 and names the step that failed.

    ``vendor`` makes BitTitan's side; tests add faults to it.
    """
    console, steps = Console(quiet=as_json), list[str]()
    with tempfile.TemporaryDirectory(prefix="bittitan-demo-") as directory, ExitStack() as stack:
        settings = at_address(_throw_away(Path(directory)), "127.0.0.1", _free_port())
        shop, server = _prepare(settings)
        stack.enter_context(_in_background(server))
        story = stack.enter_context(_story(shop, _narrator(console, steps), vendor()))
        try:
            story.play()
        except StoryError as error:
            failed = f"step {len(steps) + 1}: {error}"
            print(json.dumps({"failed": failed}) if as_json else f"FAILED at {failed}")  # noqa: T201
            return 1
    console.print("\n[green]The story went as it should.[/green]")
    if as_json:
        print(json.dumps({"steps": steps, **story.facts}, indent=2))  # noqa: T201
    return 0


def serve_demo(settings: Settings, host: str, port: int) -> None:
    """Play the story in a new shop, keep its data, and serve it until stopped.

    Raises ``StoryError`` when the story does not go as it should.
    """
    directory = settings.var_dir / "demo"
    shutil.rmtree(directory, ignore_errors=True)
    shop, server = _prepare(at_address(_throw_away(directory), host, port))
    stopped, errors = threading.Event(), list[StoryError]()
    teller = threading.Thread(
        target=_tell_and_stay, args=(shop, server, stopped, errors), name="demo-story"
    )
    teller.start()
    try:
        server.run()
    finally:
        stopped.set()
        teller.join()
    if errors:
        raise errors[0]


def _tell_and_stay(
    shop: Shop, server: uvicorn.Server, stopped: threading.Event, errors: list[StoryError]
) -> None:
    """Play the story once the server has started; a failed step stops the server."""
    console = Console()
    try:
        _wait_until_started(server, stopped)
        with _story(shop, _narrator(console, []), SandboxServer()) as story:
            story.play(to_the_end=False)
            _say_what_to_try(console, shop)
            # The sandbox is the vendor of this shop: it ends when the shop does.
            stopped.wait()
    except StoryError as error:
        errors.append(error)
        server.should_exit = True


def _throw_away(directory: Path) -> Settings:
    private_directory(directory)
    return Settings(
        var_dir=directory,
        database_url=f"sqlite:///{directory / 'demo.sqlite'}",
        secret_keys=(generate_key(),),
        smtp_url=None,
        log_format=LogFormat.QUIET,
        demo_payments=True,
    )


def _prepare(settings: Settings) -> tuple[Shop, uvicorn.Server]:
    shop = open_shop(settings)
    shop.start(run_worker=True)
    install_users(shop.platform)
    address = settings.public_url.removeprefix("http://")
    host, _, port = address.partition(":")
    return shop, server_of(shop, host, int(port))


@contextmanager
def _story(shop: Shop, tell: Narrator, vendor: SandboxServer) -> Iterator[Story]:
    url = shop.application.settings.public_url
    with vendor as sandbox, Frontend(url) as staff, Frontend(url) as reseller:
        mail_dir = shop.application.settings.mail_dir
        yield Story(staff, reseller, shop.platform, sandbox, mail_dir, tell)


@contextmanager
def _in_background(server: uvicorn.Server) -> Iterator[None]:
    thread = threading.Thread(target=server.run, name="demo-server")
    thread.start()
    try:
        _wait_until_started(server, threading.Event())
        yield
    finally:
        server.should_exit = True
        thread.join()


def _wait_until_started(server: uvicorn.Server, stopped: threading.Event) -> None:
    end = monotonic() + START_S
    while not server.started:
        if stopped.wait(0.02) or monotonic() > end:
            raise StoryError("the server did not start; is its port taken?")


def _narrator(console: Console, steps: list[str]) -> Narrator:
    def tell(title: str, what: str) -> None:
        steps.append(title)
        console.print(f"[bold cyan]{len(steps):>2}  {title}[/bold cyan]")
        console.print(f"    {what}", highlight=False)

    return tell


def _say_what_to_try(console: Console, shop: Shop) -> None:
    settings = shop.application.settings
    address, url = settings.public_url, f"{settings.public_url}/graphql/"
    tokens = _kept_tokens(shop)
    listing = (
        '{"query": "{ bittitanAssets(first: 5) { edges { node { id friendlyName status } } } }"}'
    )
    lines = [
        "",
        f"Mail is written to {settings.mail_dir}.",
        "Three commands to try in another terminal, after reading the tokens "
        "(valid for twelve hours):",
        f"  . {tokens}",
        f"  curl -s {url} -H 'Content-Type: application/json' "
        f"-H \"Authorization: Bearer $RESELLER\" -d '{listing}'",
        f"  curl -s {url} -H 'Content-Type: application/json' "
        '-H "Authorization: Bearer $STAFF" '
        '-d \'{"query": "{ plugins { name globalConfiguration { active } } }"}\'',
        f"  curl -s {address}/readyz",
        "",
        f"It is open until Ctrl-C; the password is {DEMO_PASSWORD}:",
        f"  shop         {address}/shop/ as {RESELLER_EMAIL}",
        f"  portal       {address}/portal/ as {RESELLER_EMAIL}",
        f"  back office  {address}/admin/ as {STAFF_EMAIL}",
        f"  GraphQL      {url}",
    ]
    # Unbroken lines, so that they can be copied.
    for line in lines:
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def _kept_tokens(shop: Shop) -> Path:
    """The file with both tokens: a terminal's history is no place for them."""
    path = shop.application.settings.var_dir / "tokens.sh"
    private_file(path)
    tokens = {"STAFF": STAFF_EMAIL, "RESELLER": RESELLER_EMAIL}
    path.write_text(
        "".join(
            f"export {name}={shop.platform.issue_token(email)}\n" for name, email in tokens.items()
        )
    )
    return path


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
