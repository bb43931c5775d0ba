"""Translations and icons: complete, without addresses or markup, the same in every language."""

import re
from typing import Final, cast

from .tree import Json, Problems, Tree, leaves

_SECTIONS: Final = frozenset(
    {
        "conditions",
        "config",
        "device",
        "entity",
        "exceptions",
        "issues",
        "options",
        "selector",
        "services",
        "system_health",
        "triggers",
    }
)
_ADDRESS: Final = re.compile(r"https?://|www\.")
_MARKUP: Final = re.compile(r"</?[a-zA-Z][^>]*>")
_PLACEHOLDER: Final = re.compile(r"{(\w+)}")
_ICON: Final = re.compile(r"mdi:[a-z0-9-]+")
_ENGLISH: Final = "en"
# Longer than this, two translations that are the same to the letter have hardly been translated.
_LONG_TEXT: Final = 40


def check_translations(tree: Tree) -> Problems:
    """Check each text of each language."""
    for language, document in tree.languages.items():
        for section in document.keys() - _SECTIONS:
            yield f"translations/{language}.json: {section} is not known"
        for path, text in leaves(document):
            where = f"translations/{language}.json: {'.'.join(path)}"
            if _ADDRESS.search(text):
                yield f"{where} holds an address; give it as a placeholder"
            if _MARKUP.search(text):
                yield f"{where} holds HTML"
            if text != text.strip() or not text:
                yield f"{where} is empty, or begins or ends with a space"


def check_languages(tree: Tree) -> Problems:
    """Check that all languages have the same texts with the same placeholders, and that they are translations."""
    english = dict(leaves(tree.languages[_ENGLISH]))
    for language, document in tree.languages.items():
        texts = dict(leaves(document))
        for path in english.keys() ^ texts.keys():
            yield f"translations/{language}.json: {'.'.join(path)} is in one of this and English only"
        for path in english.keys() & texts.keys():
            if set(_PLACEHOLDER.findall(english[path])) != set(_PLACEHOLDER.findall(texts[path])):
                yield f"translations/{language}.json: {'.'.join(path)} has other placeholders than English"
            if language != _ENGLISH and len(english[path]) > _LONG_TEXT and english[path] == texts[path]:
                yield f"translations/{language}.json: {'.'.join(path)} is not translated"


def check_fields(tree: Tree) -> Problems:
    """Check that each field of a form says what is to be filled in."""
    english = tree.languages[_ENGLISH]
    for section in ("config", "options"):
        steps = cast("dict[str, Json]", cast(Json, english.get(section, {})).get("step", {}))
        for name, step in steps.items():
            fields, told = cast(Json, step.get("data", {})), cast(Json, step.get("data_description", {}))
            for field in fields.keys() ^ told.keys():
                yield f"translations: {section}.step.{name}: {field} lacks its name or its data_description"


def check_icons(tree: Tree) -> Problems:
    """Check that icons are of Home Assistant's set, that a state's differs from the default, that each has a name."""
    icons = tree.json("icons.json")
    for path, icon in leaves(icons):
        if path[0] in ("conditions", "entity", "services", "triggers") and not _ICON.fullmatch(icon):
            yield f"icons.json: {'.'.join(path)} is not an icon of mdi"
    named = cast("dict[str, Json]", tree.languages[_ENGLISH].get("entity", {}))
    for platform, entities in cast("dict[str, dict[str, Json]]", icons.get("entity", {})).items():
        for key, entity in entities.items():
            if key not in named.get(platform, {}):
                yield f"icons.json: entity.{platform}.{key} has no translation"
            for state, shown in cast(Json, entity.get("state", {})).items():
                if shown == entity.get("default"):
                    yield f"icons.json: entity.{platform}.{key}.state.{state} is the default anyway"
