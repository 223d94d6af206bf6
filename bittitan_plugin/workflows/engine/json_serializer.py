"""How the workflow engine stores step results: JSON, readable by people and by later versions.

The engine's default is pickle, which runs code when a tampered database is read.
"""

import json
from typing import Any

from dbos import Serializer


class JsonSerializer(Serializer):
    """Plain JSON. An exception that escaped a step is stored by type and text only."""

    def serialize(self, data: Any) -> str:
        """Raises ``TypeError`` for anything JSON does not know: steps return plain values."""
        if isinstance(data, BaseException):
            data = {"exception": type(data).__name__, "message": str(data)}
        return json.dumps(data)

    def deserialize(self, serialized_data: str) -> Any:
        """The inverse; a stored exception comes back as one that says what it was."""
        data = json.loads(serialized_data)
        if isinstance(data, dict) and data.keys() == {"exception", "message"}:
            return RuntimeError(f"{data['exception']}: {data['message']}")
        return data

    def name(self) -> str:
        """Marks which rows were written by this serializer."""
        return "bittitan_json"
