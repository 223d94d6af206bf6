"""Mail servers to talk to: real ones that obey, refuse, or fall silent, each on a real socket."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.waiting import PATIENCE_S

USER, PASSWORD = "postman", "s3cret-of-the-postman"


@dataclass
class Mailbox:
    """Takes every message, unless told what to answer to RCPT or DATA instead."""

    on_rcpt: str = "250 OK"
    on_data: str = "250 OK"
    #: Break the connection off once the message is here, without an answer.
    dies_after_data: bool = False
    messages: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.on_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.on_rcpt

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(envelope.content)
        self.recipients.extend(envelope.rcpt_tos)
        self.encrypted.append(session.ssl is not None)
        if self.dies_after_data:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.on_data


class _Controller(Controller):
    """A controller that listens on whichever port is free."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
) -> AuthResult:
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == known, handled=False)


@contextmanager
def serving(mailbox: Mailbox, *, implicit_tls: bool = False, **options: Any) -> Iterator[int]:
    """Run a mail server; gives its port. ``options`` are aiosmtpd's own."""
    if options.get("auth_required"):
        options["authenticator"] = _authenticate
    tls = options.pop("tls_context", None)
    controller = _Controller(
        mailbox,
        hostname="localhost",
        port=0,
        server_hostname="localhost",
        ready_timeout=PATIENCE_S,
        ssl_context=tls if implicit_tls else None,
        tls_context=None if implicit_tls else tls,
        **options,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def scripted(*answers: bytes) -> Iterator[int]:
    """A server that gives these answers, one for each line it reads, and then says no more.

    The first is its greeting. It holds the connection open until the client leaves.
    """
    with socket.create_server(("localhost", 0)) as listener:
        thread = threading.Thread(target=_recite, args=(listener, answers), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(PATIENCE_S)


def _recite(listener: socket.socket, answers: tuple[bytes, ...]) -> None:
    connection, _ = listener.accept()
    # A client that gives up may leave with something unread.
    with connection, connection.makefile("rb") as lines, suppress(OSError):
        for answer in answers:
            connection.sendall(answer)
            lines.readline()
        while lines.readline():
            pass


@contextmanager
def nobody() -> Iterator[int]:
    """A port where nobody listens, kept from being taken meanwhile."""
    with socket.socket() as bound:
        bound.bind(("localhost", 0))
        yield bound.getsockname()[1]


def server_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
