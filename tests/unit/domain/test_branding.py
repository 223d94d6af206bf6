"""The distributor's face: what counts as a logo, and what stands in for what is not set."""

from struct import pack
from zlib import crc32

import pytest

from bittitan_plugin.domain.branding import (
    JPEG,
    LARGEST_LOGO,
    LONGEST_SIDE,
    PNG,
    UNNAMED,
    read_logo,
)
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode, Refusal


def png(width: int = 2, height: int = 3, rest: bytes = b"") -> bytes:
    """The frame of a PNG, which is all that is looked at."""
    header = b"IHDR" + pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = pack(">I", 13) + header + pack(">I", crc32(header)) + rest
    return b"\x89PNG\r\n\x1a\n" + chunks + pack(">I", 0) + b"IEND\xaeB`\x82"


def jpeg(width: int = 2, height: int = 3) -> bytes:
    application = b"\xff\xe0" + pack(">H", 7) + b"JFIF\0"
    frame = b"\xff\xc0" + pack(">HBHHB", 8, 8, height, width, 3)
    return b"\xff\xd8" + application + frame + b"\xff\xd9"


@pytest.mark.parametrize(("content", "kind"), [(png(), PNG), (jpeg(), JPEG)])
def test_a_picture_is_known_by_its_bytes(content: bytes, kind: str) -> None:
    logo = read_logo(content)
    assert (logo.content_type, logo.width, logo.height) == (kind, 2, 3)


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"GIF89a",
        b"<script>alert(1)</script>",
        png()[:-1],
        png(width=0),
        png()[:20],
        jpeg()[:-1],
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x00\xff\xe0\x00\x00\x00\x00\xff\xd9",
        png(width=LONGEST_SIDE + 1),
        png(rest=b"x" * LARGEST_LOGO),
    ],
)
def test_anything_else_is_refused_at_its_field(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_logo(content)
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "logo")


def test_no_file_is_told_from_a_wrong_one() -> None:
    with pytest.raises(Refusal) as refused:
        read_logo(b"")
    assert refused.value.code is ErrorCode.REQUIRED


def test_another_picture_has_another_digest() -> None:
    assert read_logo(png()).digest == read_logo(png()).digest != read_logo(png(4, 4)).digest


def test_what_is_not_set_is_stood_in_for() -> None:
    bare = Configuration(sender_email="licenses@example.com").branding
    assert (bare.name, bare.accent, bare.sender_name) == (UNNAMED, None, "")
    assert bare.support_address == "licenses@example.com"
    named = Configuration(brand_name="Cloud Shop", support_address="help@example.com").branding
    assert (named.name, named.sender_name) == ("Cloud Shop", "Cloud Shop")
    assert named.support_address == "help@example.com"
