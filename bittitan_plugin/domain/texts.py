"""One-line texts that people or the vendor give us: names and article numbers."""

from bittitan_plugin.domain.errors import ErrorCode, Refusal

#: The longest name kept, in characters. Ours; it is also what the platforms keep.
LONGEST_NAME = 255


def check_line(value: str | None, name: str) -> str:
    """The text without surrounding blanks. Raises ``Refusal`` on ``name``.

    REQUIRED when nothing is left, INVALID when it is too long or more than one printable line.
    """
    text = (value or "").strip()
    if not text:
        raise Refusal(ErrorCode.REQUIRED, f"'{name}' must not be empty.", field=name)
    if not is_line(text):
        raise Refusal(
            ErrorCode.INVALID,
            f"'{name}' must be one line of at most {LONGEST_NAME} characters.",
            field=name,
        )
    return text


def is_line(text: str) -> bool:
    """Whether it is one printable line that is not too long."""
    # A lone surrogate or a NUL cannot be stored; a line break would break an invoice line.
    broken = any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in text)
    return len(text) <= LONGEST_NAME and not broken
