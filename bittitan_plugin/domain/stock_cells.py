"""Cells of a stock file, without what spreadsheets and web pages add to them."""

import re
import unicodedata

#: ``="00012345"`` is how a spreadsheet is made to keep a text; ``'00012345`` is how it marks one.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_MINUS_SIGN = "\N{MINUS SIGN}"


def plain(cell: str) -> str:
    """The cell without invisible characters, with plain dashes and blanks, and as text.

    This undoes what a page's typography did to a code. Not for notes.
    """
    text = cell if cell.isascii() else "".join(map(_plain_character, cell))
    text = text.strip()
    formula = _TEXT_FORMULA.fullmatch(text)
    return (formula[1] if formula else text.removeprefix("'")).strip()


def is_marked_as_text(cell: str) -> bool:
    """Whether the cell is marked as text by its writer, whatever it looks like."""
    return cell.strip().startswith(("'", '="'))


def _plain_character(character: str) -> str:
    if character == _MINUS_SIGN:
        return "-"
    match unicodedata.category(character):
        case "Cf":
            return ""
        case "Pd":
            return "-"
        case "Zs":
            return " "
        case _:
            return character
