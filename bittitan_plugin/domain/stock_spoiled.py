"""Codes that a spreadsheet has destroyed: what it shows instead is the same for several codes.

It recognizes what Excel, LibreOffice, Google Sheets, pandas and databases write. Refusing a
code costs a minute; selling something that is no code costs a customer.
"""

import re
from collections.abc import Mapping

_ADVICE = (
    "A spreadsheet has destroyed the code: export the column as text (format it as Text before "
    "the codes are pasted), or import the file as it came from BitTitan."
)
_UNLESS = ' If the code really is so, write it as ="…", with the code between the quotes.'

#: Words for nothing, and truth values in the languages spreadsheets are used in.
_WORDS = frozenset(
    (
        *("null", "none", "nil", "nan", "nat", "n/a", "na", "n.a.", "undefined", "empty", "inf"),
        *("true", "false", "wahr", "falsch", "vrai", "faux", "verdadeiro", "verdadero", "falso"),
        *("vero", "waar", "onwaar", "sann", "falskt", "prawda", "tosi", "infinity"),
    )
)
_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|mär(?:z)?|mrz|mrt|apr(?:il)?|may|mai|mei|"
    r"maj|june?|juni|july?|juli|aug(?:ust)?|ago|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|"
    r"de[cz](?:ember)?|dic|ene|gen|f[eé]v|avr|abr|mag|giu|lug|set|ott|aoû|déc)\.?"
)
_YEAR = r"(?:19|20)?\d\d"


def _forms(patterns: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {form: re.compile(pattern, re.IGNORECASE) for form, pattern in patterns.items()}


#: Forms that no code has.
_IMPOSSIBLE = _forms(
    {
        "a number in scientific notation": r"[+-]?\d+(?:[.,]\d+)?e[+-]\d+",
        "an error of a spreadsheet": r"#.*",
    }
)
#: Forms that a code could have, but hardly ever has.
_DOUBTFUL = _forms(
    {
        "a number with decimals": r"[+-]?\d+[.,]\d*",
        "a number with separated thousands": r"[+-]?\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d+)?",
        # A spreadsheet keeps fifteen digits and puts noughts for the others.
        "a rounded number": r"\d{15}0+",
        "a date": rf"\d{{1,2}}[-./ ]{{1,2}}{_MONTH}(?:[-./ ]{_YEAR})?|{_MONTH}[-./ ]{_YEAR}"
        rf"|\d{{1,2}}([-./])\d{{1,2}}\1{_YEAR}(?: .*)?"
        r"|(?:19|20)\d\d([-./])\d{1,2}\2\d{1,2}(?:[ T].*)?",
        "a time": r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?",
    }
)


def spoiled(code: str, *, is_text: bool = False) -> str | None:
    """Why this cannot be a code any more, with the way out; None when it can. Never quotes it.

    ``is_text`` says that its writer marked it as text, whatever it looks like.
    """
    if code.casefold() in _WORDS:
        return f"The code is a word for nothing, or for true or false. {_ADVICE}"
    if form := _form_of(code, _IMPOSSIBLE):
        return f"The code is {form}. {_ADVICE}"
    if not is_text and (form := _form_of(code, _DOUBTFUL)):
        return f"The code is {form}. {_ADVICE}{_UNLESS}"
    return None


def _form_of(code: str, forms: Mapping[str, re.Pattern[str]]) -> str | None:
    return next((form for form, pattern in forms.items() if pattern.fullmatch(code)), None)
