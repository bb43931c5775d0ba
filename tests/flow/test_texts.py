"""Every form, field, error and way out of the flow has its text."""

import json
from pathlib import Path
import re
from typing import Any

import pytest
import voluptuous as vol

from custom_components.iq_gateway import config_flow
from custom_components.iq_gateway.flow import checks, forms, options

FOLDER = Path(config_flow.__file__).parent
TRANSLATIONS = FOLDER / "translations" / "en.json"
TABLES = [table for name, table in vars(forms).items() if name.endswith("_ERRORS")]
SOURCES = [
    (FOLDER / name).read_text(encoding="utf-8")
    for name in ("config_flow.py", "flow/discovery.py", "flow/replacement.py")
]


@pytest.fixture(scope="module")
def texts() -> dict[str, Any]:
    """The English texts."""
    loaded: dict[str, Any] = json.loads(TRANSLATIONS.read_text(encoding="utf-8"))
    return loaded


def test_every_error_has_a_text_and_every_text_an_error(texts: dict[str, Any]) -> None:
    """Neither a bare key on the screen nor a text that nobody sees."""
    assert len(TABLES) == 7
    assert {key for table in TABLES for _, key in table.values()} == set(texts["config"]["error"])


def test_every_abort_has_a_text(texts: dict[str, Any]) -> None:
    """Those of our own and those of Home Assistant's helpers."""
    own = {key for source in SOURCES for key in re.findall(r'(?:reason=|AbortFlow\()"(\w+)"', source)}
    helpers = {"already_configured", "already_in_progress", "reauth_successful", "reconfigure_successful"}
    assert own | helpers | {checks.LEGACY} == set(texts["config"]["abort"])


@pytest.mark.parametrize(
    ("step", "schema"),
    [
        ("user", forms.USER_SCHEMA),
        ("reconfigure", forms.RECONFIGURE_SCHEMA),
        ("account", forms.ACCOUNT_SCHEMA),
        ("token", forms.TOKEN_SCHEMA),
        ("finish", forms.FINISH_SCHEMA),
        ("certificate", forms.CONFIRM_SCHEMA),
        ("discovery_confirm", forms.CONFIRM_SCHEMA),
        ("keep", forms.CONFIRM_SCHEMA),
        ("reauth_confirm", forms.CONFIRM_SCHEMA),
    ],
)
def test_every_field_is_named_and_described(texts: dict[str, Any], step: str, schema: vol.Schema) -> None:
    """A label and a sentence for each."""
    described(texts["config"]["step"][step], schema)


@pytest.mark.parametrize(
    ("step", "options"), [("sign_in", {"keep", "account", "token"}), ("replace", {"sign_in", "reconfigure"})]
)
def test_every_choice_is_named_and_described(texts: dict[str, Any], step: str, options: set[str]) -> None:
    """What there is to choose, and what it leads to."""
    menu = texts["config"]["step"][step]
    assert menu["title"]
    assert set(menu["menu_options"]) == set(menu["menu_option_descriptions"]) == options


def test_every_option_is_named_and_described(texts: dict[str, Any]) -> None:
    """The same for the options."""
    described(texts["options"]["step"]["init"], options.WITH_FORECAST)


def described(step: dict[str, Any], schema: vol.Schema) -> None:
    """Check that a step has a title and texts for exactly its fields."""
    fields = {str(field) for field in schema.schema}
    assert step["title"]
    assert set(step.get("data", {})) == set(step.get("data_description", {})) == fields


def test_a_discovered_gateway_is_told_from_others_in_every_language() -> None:
    """By what the flow knows of it."""
    for file in TRANSLATIONS.parent.glob("*.json"):
        title = json.loads(file.read_text(encoding="utf-8"))["config"]["flow_title"]
        assert set(re.findall(r"{(\w+)}", title)) == {"name", "host"}


def test_nobody_is_told_what_is_not_known_of_live_data() -> None:
    """Whether the gateway then sends them to the cloud depends on the firmware (gateway-api.md 13)."""
    for file in TRANSLATIONS.parent.glob("*.json"):
        step = json.loads(file.read_text(encoding="utf-8"))["options"]["step"]["init"]
        assert {"8.3", "7.0"} <= set(re.findall(r"\d\.\d", step["data_description"]["keep_live_data"]))


def test_texts_hold_no_addresses() -> None:
    """Links come as placeholders, so that translators cannot change them."""
    assert "://" not in TRANSLATIONS.read_text(encoding="utf-8")
