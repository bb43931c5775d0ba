"""Comments that cite a page of docs/ lead somewhere, and ids in the guide to entities."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Final

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import EntrySetUp
from tests.simulator import GatewaySimulator

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
CODE: Final = ("custom_components", "tests", "scripts")

# "gateway-api.md 1.3, 1.4", "gateway-api.md 5 to 13", also over the end of a comment's line.
_CITED: Final = re.compile(r"gateway-api\.md[\s#]+(\d+(?:\.\d+)?(?:(?:, | to | and )\d+(?:\.\d+)?)*)")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_HEADING: Final = re.compile(r"^##+ (\d+(?:\.\d+)?)\.? ", re.MULTILINE)
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")


def _sources() -> Iterator[Path]:
    """Every module of the project."""
    for folder in CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _cited() -> set[tuple[str, str]]:
    """Which module cites which section of the gateway's reference."""
    return {
        (str(path.relative_to(ROOT)), number)
        for path in _sources()
        for numbers in _CITED.findall(path.read_text(encoding="utf-8"))
        for number in _NUMBER.findall(numbers)
    }


def _anchors(page: Path) -> set[str]:
    """What can be linked to within a page, as GitHub names its headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_cited_section_of_the_gateways_reference_is_there() -> None:
    """Whoever looks a comment's source up finds it."""
    sections = set(_HEADING.findall((DOCS / "gateway-api.md").read_text(encoding="utf-8")))
    assert "13" in sections
    cited = _cited()
    assert len(cited) > 20
    assert not {f"{path}: {number}" for path, number in cited if number not in sections}


@pytest.mark.parametrize("page", ["README.md", "docs/gateway-api.md", "docs/extending.md", "docs/switching.md"])
def test_every_link_within_the_project_leads_somewhere(page: str) -> None:
    """Links to other files and to headings are not broken by a renamed one."""
    source = ROOT / page
    broken = []
    for link in _LINK.findall(source.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = source.parent / path if path else source
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert not broken


async def test_every_id_in_the_guide_is_there(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """They are copied into other programs' settings: a home with meters and battery has them all at first."""
    await setup_entry(gateway)
    named = set(re.findall(r"sensor\.iq_gateway_\w+", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert len(named) > 5
    assert named <= set(hass.states.async_entity_ids("sensor"))
