"""A rendered page as a browser without JavaScript has it: its words, its links and its forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx


@dataclass
class Form:
    """A form of a page, filled in as the page has it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    #: What stands greyed in an empty field, by its name: of a secret, its mask.
    hints: dict[str, str] = field(default_factory=dict)
    #: Name and value of each button that can be pressed.
    buttons: list[tuple[str, str]] = field(default_factory=list)
    #: What is said to be wrong, by the field it stands at.
    alerts: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What is to be seen of an answer."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer, self.status = answer, answer.status_code
        self.path = answer.url.path
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._words: list[str] = []
        #: The field that was read last, and what is being read of it: TEXTAREA, SELECT or ALERT.
        self._name, self._inside = "", ""
        self.feed(answer.text)

    @property
    def text(self) -> str:
        """The words, with single blanks between them."""
        return " ".join(" ".join(self._words).split())

    @property
    def lines(self) -> list[str]:
        """The words as they stand apart by markup, without what is blank."""
        return [words.strip() for words in self._words if words.strip()]

    def form(self, ending: str) -> Form:
        """The one form that is sent to an address with that ending."""
        (found,) = [form for form in self.forms if form.action.endswith(ending)]
        return found

    def offers(self, ending: str) -> bool:
        """Whether there is such a form."""
        return any(form.action.endswith(ending) for form in self.forms)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(known.get("action", "")))
        elif tag == "a":
            self.links.append(known.get("href", ""))
        elif self.forms:
            self._read_control(tag, known)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select", "strong"}:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "textarea":
            self.forms[-1].fields[self._name] += data
        elif self._inside == "alert":
            self.forms[-1].alerts[self._name] += data
        self._words.append(data)

    def _read_control(self, tag: str, known: dict[str, str]) -> None:
        form, value = self.forms[-1], known.get("value", "")
        if tag in {"input", "select", "textarea"}:
            self._name, self._inside = known.get("name", ""), "" if tag == "input" else tag
        if tag == "button" and "disabled" not in known:
            form.buttons.append((known.get("name", ""), value))
        elif tag == "textarea":
            form.fields[self._name] = ""
        elif tag == "option" and (self._name not in form.fields or "selected" in known):
            form.fields[self._name] = value
        elif tag == "input" and (known.get("type") != "checkbox" or "checked" in known):
            form.fields[self._name] = value
            form.hints[self._name] = known.get("placeholder", "")
        elif tag == "strong" and known.get("role") == "alert":
            self._inside, form.alerts[self._name] = "alert", ""
