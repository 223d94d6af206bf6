"""The contract's errors, as the sandbox raises them."""


class ApiError(Exception):
    """Answered as ``{code, message, field?}`` with ``status``."""

    def __init__(self, status: int, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field

    def document(self) -> dict[str, str]:
        """The body of the answer."""
        said = {"code": self.code, "message": self.message}
        return {**said, "field": self.field} if self.field else said


def not_found(what: str) -> ApiError:
    """404 for a thing that is not, or no longer, listed."""
    return ApiError(404, "NOT_FOUND", f"There is no such {what}.")
