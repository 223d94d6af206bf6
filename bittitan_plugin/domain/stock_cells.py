"""What a cell of a stock file says once what spreadsheets and web pages add to it is taken away."""

import re
import unicodedata

#: ``="00012345"`` is how a spreadsheet is made to keep a text; ``'00012345`` is how it marks one.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_MINUS_SIGN = "\N{MINUS SIGN}"


def plain(cell: str) -> str:
    """The cell without invisible characters, with plain dashes and blanks, and as text.

    Whatever a page's typography made of a code, it is the code that was meant. Not for notes.
    """
    text = cell if cell.isascii() else "".join(map(_plain_character, cell))
    text = text.strip()
    formula = _TEXT_FORMULA.fullmatch(text)
    return (formula[1] if formula else text.removeprefix("'")).strip()


def is_marked_as_text(cell: str) -> bool:
    """Whether whoever wrote the cell said that it is a text, whatever it looks like."""
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
