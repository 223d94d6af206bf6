"""Reads the forms of pages that expect no files."""

from starlette.datastructures import FormData
from starlette.requests import Request


async def form_of(request: Request) -> FormData:
    """The texts of a form. Files in their place are closed and left out."""
    async with request.form() as form:
        return FormData(
            [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        )
