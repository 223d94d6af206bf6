"""Writes the expected tables anew: ``python -m tests.security``.

It writes what *is*, which is not always what should be: read the difference before keeping it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bittitan_plugin.bittitan.sandbox import SandboxServer
from tests.conftest import Databases
from tests.security import files, matrix, routes, subgraph
from tests.security.permission_fixture import APP, VIEWERS, open_stage


def main() -> None:
    """Write them."""
    with TemporaryDirectory() as name, SandboxServer() as sandbox:
        directory = Path(name)
        url = Databases(directory).fresh("sqlite", directory)
        with open_stage(url, Path(url.removeprefix("sqlite:///")), sandbox) as stage:
            table = matrix.table(stage)
            schema = subgraph.opened()
            for viewer in subgraph.ASKING:
                for row, outcome in subgraph.asked(stage, schema, viewer).items():
                    if row.startswith("Entity ") or row in subgraph.ITS_OWN:
                        table.setdefault(row, {})[viewer] = outcome
            for row in subgraph.ITS_OWN:
                # No request of an app's token gets as far as a field: a test asks the subgraph.
                table[row][APP] = "REFUSED"
            served = routes.table(stage, routes.addresses(stage.shop.app.routes))
    files.write(files.PERMISSIONS, table, VIEWERS)
    files.write(files.ROUTES, served, VIEWERS)
    sys.stdout.write(f"{len(table)} permissions, {len(served)} routes\n")


if __name__ == "__main__":
    main()
