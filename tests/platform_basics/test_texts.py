"""What a person reads comes from the catalogue, in the nearest language there is."""

from pathlib import Path

import pytest

from guildwright.platform import texts as module
from guildwright.platform.texts import CatalogueError, Texts
from tests.fakes.pseudo_locale import PSEUDO, add_pseudo_locale

SHIPPED = Path(module.__file__).parent / "locales"


def catalogue(folder: Path, **files: str) -> Path:
    for locale, text in files.items():
        target = folder / locale.replace("_", "-")
        target.mkdir(parents=True, exist_ok=True)
        (target / "core.ftl").write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_messages_parse() -> None:
    texts = Texts.load(strict=True)
    assert "A1B2" in texts.text("en-US", "error-unexpected", id="A1B2")


def test_the_nearest_language_wins_and_english_is_the_last_resort(tmp_path: Path) -> None:
    folder = catalogue(tmp_path, en="a = flavor\nb = tap\n", en_GB="a = flavour\n", de="a = Geschmack\n")
    texts = Texts.load(folder, strict=True)
    assert texts.text("en-GB", "a") == "flavour"
    assert texts.text("en-GB", "b") == "tap"
    assert texts.text("de-AT", "a") == "Geschmack"
    assert texts.text("de", "b") == "tap"
    assert texts.text("xx-Nope-000", "a") == "flavor"


def test_numbers_are_inflected_and_ids_are_left_alone(tmp_path: Path) -> None:
    text = "won = { $n ->\n    [one] One winner\n   *[other] { $n } winners\n } of <@{ $member }>\n"
    texts = Texts.load(catalogue(tmp_path, en=text), strict=True)
    assert texts.text("en", "won", n=1, member="123456789012345678").startswith("One winner")
    assert texts.text("en", "won", n=1200, member="123456789012345678").startswith("1,200 winners")
    assert texts.text("en", "won", n=2, member="123456789012345678").endswith("<@123456789012345678>")


def test_an_attribute_is_a_text_of_its_own(tmp_path: Path) -> None:
    texts = Texts.load(catalogue(tmp_path, en="enter = Enter\n    .hint = Take part\n"), strict=True)
    assert texts.text("en", "enter.hint") == "Take part"
    assert texts.has("enter.hint")
    assert not texts.has("enter.colour")


def test_a_missing_message_is_an_error_in_tests(tmp_path: Path) -> None:
    texts = Texts.load(catalogue(tmp_path, en="a = x { $who }\n"), strict=True)
    with pytest.raises(CatalogueError, match="'b'"):
        texts.text("en", "b")
    with pytest.raises(CatalogueError, match="who"):
        texts.text("en", "a")


def test_in_production_a_missing_message_shows_its_id_and_a_missing_argument_its_name(tmp_path: Path) -> None:
    texts = Texts.load(catalogue(tmp_path, en="a = x { $who }\n"))
    assert texts.text("de", "b") == "b"
    assert "who" in texts.text("en", "a")


@pytest.mark.parametrize(
    ("text", "said"),
    [("a = x\nb = { $x\n", "core.ftl:2"), ("a = x\na = y\n", "already defined"), ("???\n", "core.ftl:1")],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        Texts.load(catalogue(tmp_path, en=text))


def test_english_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="'en'"):
        Texts.load(catalogue(tmp_path, de="a = x\n"))


def test_the_pseudo_locale_accents_what_is_written_and_keeps_what_is_inserted(tmp_path: Path) -> None:
    texts = Texts.load(add_pseudo_locale(SHIPPED / "en", tmp_path), strict=True)
    accented = texts.text(PSEUDO, "error-unexpected", id="A1B2")
    assert "A1B2" in accented
    assert "Something" not in accented
    assert "Şǿḿḗŧħīƞɠ" in accented
