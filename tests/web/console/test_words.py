"""Every word the pages and scripts ask for exists, in every language."""

import re
from pathlib import Path

import pytest

from firstline.web.console.signing import local_path
from firstline.web.console.speech import LANGUAGES, say, words

WEB = Path(__file__).parents[3] / "src" / "firstline" / "web"


def test_english_and_spanish_are_there() -> None:
    assert {"en", "es"} <= set(LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_word(lang: str) -> None:
    for group, texts in words("en").items():
        assert set(texts) == set(words(lang)[group]), group
        for key, text in texts.items():
            assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", words(lang)[group][key])), key


def test_every_word_a_template_names_exists() -> None:
    for template in (WEB / "console" / "templates").glob("*.html"):
        for key in re.findall(r't\("(\w+\.\w+)"[,)]', template.read_text()):
            assert say("en", key), (template.name, key)


def test_every_word_a_script_names_exists() -> None:
    known = {key for texts in words("en").values() for key in texts}
    for script in (WEB / "assets" / "console").glob("*.js"):
        for key in re.findall(r'\bt\("(\w+)"[,)]', script.read_text()):
            assert key in known, (script.name, key)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/console//evil.example",
        "/console\\evil",
        "/elsewhere",
        "/console/sign-out",
    ],
)
def test_signing_in_leads_to_no_other_site(target: str) -> None:
    assert local_path(target) == "/console"


def test_signing_in_leads_on_to_the_page_that_was_asked_for() -> None:
    assert local_path("/console/inbox/42") == "/console/inbox/42"
