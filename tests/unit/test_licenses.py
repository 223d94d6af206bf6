"""What the product brings along is listed with its licence, and every licence may be brought along.

``python -m tests.unit.test_licenses > docs/reference/licenses.md`` writes the list anew.
"""

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "licenses.md"

#: Licences that ask for nothing but their own text, or (LGPL, MPL) for changes to the library only.
#: What is in the public domain asks for nothing.
ALLOWED = {
    "Apache-2.0",
    "Apache-2.0 AND BSD-2-Clause",
    "Apache-2.0 OR BSD-2-Clause",
    "Apache-2.0 OR BSD-3-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-3-Clause OR MIT",
    "ISC",
    "LGPL-3.0-only",
    "MIT",
    "MIT-CMU",
    "MIT OR Apache-2.0",
    "MIT-0",
    "MIT AND PSF-2.0",
    "MPL-2.0",
    "PSF-2.0",
    "Public Domain",
}

HEAD = """# Licences

What an installation brings along, without anything that only development needs. A test holds this
list to what is declared; `make sbom` writes the same with versions as CycloneDX.

| library | licence |
|---|---|
"""

FOOT = """
The letters of PDFs are DejaVu Sans 2.37, unchanged, under the Bitstream Vera and Arev licences
beside them (`bittitan_plugin/platforms/shop/fonts/LICENSE`).
"""

#: Long-hand names and classifiers that some distributions still use.
SPELLINGS = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def license_of(found: Distribution) -> str:
    """The SPDX expression of a distribution's licence, as far as it states one."""
    if "License-Expression" in found.metadata:
        return found.metadata["License-Expression"]
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in found.metadata.get_all("Classifier") or []
        if each.startswith("License :: ")
    ]
    stated = [SPELLINGS.get(each, each) for each in classifiers]
    if stated:
        return " OR ".join(sorted(set(stated)))
    text = str(found.metadata.json.get("license", "unknown")).strip()
    return SPELLINGS.get(text, text)


def normalized(found: Distribution) -> str:
    """A distribution's name as it is compared."""
    return re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()


def brought_along(name: str, known: dict[str, str], extra: str = "") -> dict[str, str]:
    """The licences of all that ``name[extra]`` needs on this machine, by the library's name."""
    for line in distribution(name).requires or []:
        needed = Requirement(line)
        # What has no marker is needed without the extra already.
        if not needed.marker.evaluate({"extra": extra}) if needed.marker else extra:
            continue
        found = distribution(needed.name)
        key = normalized(found)
        if key not in known:
            known[key] = license_of(found)
            brought_along(needed.name, known)
        for each in needed.extras:
            brought_along(needed.name, known, each)
    return known


#: What only older versions of our libraries bring along, as far as those are allowed.
WITH_OLDER_VERSIONS = {"websockets": "BSD-3-Clause"}  # dbos 3.2

#: What lies among our own files as its makers publish it; its licence lies beside it.
AMONG_OUR_FILES = {"graphiql": "MIT", "react": "MIT", "react-dom": "MIT"}


def page() -> str:
    """The whole list."""
    licenses = brought_along("bittitan-plugin", {}) | WITH_OLDER_VERSIONS | AMONG_OUR_FILES
    listed = "".join(f"| {name} | {licenses[name]} |\n" for name in sorted(licenses))
    return HEAD + listed + FOOT


def test_every_library_that_is_brought_along_is_listed_with_its_licence() -> None:
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE))
    # Some are brought along on other machines only; of those on this one, none may be missing.
    assert set(brought_along("bittitan-plugin", {}).items()) - listed == set()


def test_every_licence_may_be_brought_along() -> None:
    licenses = brought_along("bittitan-plugin", {})
    assert {name: terms for name, terms in licenses.items() if terms not in ALLOWED} == {}


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - it is what this module is run for
