"""Every link inside the documentation leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.kit.pages import documents
from tests.kit.starting import ROOT

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    words = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {word.replace(" ", "-") for word in words}


def broken(page: Path) -> list[str]:
    """Links of a page that lead nowhere; those to other places are not followed."""
    found = []
    for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", documents(ROOT), ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A Title, or two\n[a](#a-title-or-two) [b](#no) [c](no.md) [d](page.md#no) "
        "`[e](code.md)` [f](https://example.com/no)\n",
        encoding="utf-8",
    )

    assert broken(page) == ["#no", "no.md", "page.md#no"]


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    left = [ROOT / "README.md"]
    while left:
        page = left.pop()
        seen.add(page)
        links = _LINK.findall(page.read_text(encoding="utf-8"))
        targets = [(page.parent / link.partition("#")[0]).resolve() for link in links]
        pages = [one for one in targets if one.suffix == ".md" and one.exists()]
        pages += [one for found in targets if found.is_dir() for one in found.glob("*.md")]
        left += [one for one in pages if one not in seen]

    assert [str(page) for page in documents(ROOT) if page not in seen] == []
