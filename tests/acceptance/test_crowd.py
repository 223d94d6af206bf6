"""A crowd at the door of the product as it is started: strangers who connect, and ask nothing."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from tests.acceptance.processes import get, serving
from tests.ports import free_port
from tests.waiting import PATIENCE_S

#: File descriptors of the server, and connections to it.
ALLOWED, CROWD = 320, 450


@contextmanager
def few_descriptors() -> Iterator[None]:
    """Whatever is started meanwhile may open few files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (ALLOWED, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_more_connections_than_file_descriptors_keep_nobody_out_and_fill_no_log(
    tmp_path: Path,
) -> None:
    port = free_port()
    with ExitStack() as held:
        with few_descriptors():
            server = held.enter_context(serving(port, "--no-worker", var_dir=str(tmp_path)))
        for _ in range(CROWD):
            connection = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
            held.enter_context(closing(connection))
        assert get(port, "/readyz")[0] == 200
        server.terminate()
        assert server.stdout is not None
        assert len(server.stdout.read()) < 5_000
