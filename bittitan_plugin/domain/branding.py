"""The distributor's own face: what customers see of it on pages, invoices and e-mails."""

from dataclasses import dataclass
from hashlib import sha256
from struct import unpack

from bittitan_plugin.domain.colours import Colour
from bittitan_plugin.domain.errors import ErrorCode, Refusal

#: What the shop is called before it has a name.
UNNAMED = "BitTitan licences"
#: Bytes of the largest logo, and its longest side in pixels. Our choice.
LARGEST_LOGO, LONGEST_SIDE = 256 * 1024, 4000
PNG, JPEG = "image/png", "image/jpeg"
_PNG_BEGINS, _PNG_ENDS = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_JPEG_BEGINS, _JPEG_ENDS = b"\xff\xd8", b"\xff\xd9"
#: Markers of JPEG that begin a frame, which tells the size: all but three of a range.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, kw_only=True)
class Branding:
    """What the settings say of it. ``Installation.branding`` is how it is now."""

    name: str = UNNAMED
    #: None: the pages' own blue.
    accent: Colour | None = None
    #: The address from which e-mails come, and the name that mail programs show instead, if any.
    sender: str = ""
    sender_name: str = ""
    #: Where questions are welcome; empty until staff say it.
    support_address: str = ""
    #: Names the logo that is kept (``UnitOfWork.logos``); None without one.
    logo_digest: str | None = None


#: Before staff have said anything.
NO_BRANDING = Branding()


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A picture of known kind and size."""

    content_type: str
    #: In pixels.
    width: int
    height: int
    content: bytes

    @property
    def digest(self) -> str:
        """Differs for each other picture."""
        return sha256(self.content).hexdigest()[:32]


def read_logo(content: bytes) -> Logo:
    """A PNG or a JPEG, told by its bytes, whatever it is called.

    Raises ``Refusal`` on ``logo``: REQUIRED without content, INVALID for any other kind of file,
    one that is incomplete, or a picture that is too large. SVG is refused: it can hold scripts.
    """
    if not content:
        raise Refusal(ErrorCode.REQUIRED, "Choose a picture first.", field="logo")
    if len(content) > LARGEST_LOGO:
        limit = f"The picture may have at most {LARGEST_LOGO // 1024} KiB."
        raise Refusal(ErrorCode.INVALID, limit, field="logo")
    kind, size = (PNG, _png_size(content)) if content.startswith(_PNG_BEGINS) else _jpeg(content)
    if size is None or 0 in size:
        raise Refusal(
            ErrorCode.INVALID, "That is no complete picture of the kind PNG or JPEG.", field="logo"
        )
    width, height = size
    if max(width, height) > LONGEST_SIDE:
        limit = f"The picture may be at most {LONGEST_SIDE} pixels wide and high."
        raise Refusal(ErrorCode.INVALID, limit, field="logo")
    return Logo(content_type=kind, width=width, height=height, content=content)


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the first chunk (ISO/IEC 15948); None for a broken file."""
    if content[12:16] != b"IHDR" or len(content) < 33 or not content.endswith(_PNG_ENDS):
        return None
    width, height = unpack(">II", content[16:24])
    return width, height


def _jpeg(content: bytes) -> tuple[str, tuple[int, int] | None]:
    whole = content.startswith(_JPEG_BEGINS) and content.endswith(_JPEG_ENDS)
    return JPEG, _jpeg_size(content) if whole else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the first frame (ISO/IEC 10918-1, annex B); None without one."""
    at = len(_JPEG_BEGINS)
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker in _FRAMES:
            height, width = unpack(">HH", content[at + 5 : at + 9])
            return width, height
        if length < 2:
            return None
        at += 2 + length
    return None
