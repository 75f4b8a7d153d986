"""A command changes one knob; the rest of the file stays as its author wrote it."""

import pytest

from guildwright.platform.config.document import fresh_document, patched
from guildwright_crds.check import check_text
from tests.fakes.documents import OAK, document

WRITTEN = """\
# The Oak Hall. Ask Olive before you change this.
apiVersion: guildwright.dev/v1alpha1
kind: GuildConfig
metadata:
  name: "123456789012345678"  # the guild

spec:
  giveaways:
    claimTimeout: 10m     # Bo is slow
    # Never more than two.
    rerollLimit: 2
    blacklist:
      roles:
        - "423456789012345678"  # Muted
        - '523456789012345678'  # Bots
  general:
    locale: en-GB
"""


def test_one_knob_changes_one_line() -> None:
    assert patched(WRITTEN, {"giveaways": {"rerollLimit": 1}}) == WRITTEN.replace("rerollLimit: 2", "rerollLimit: 1")
    assert patched(WRITTEN, {"giveaways": {"claimTimeout": "15m"}}) == WRITTEN.replace("10m", "15m")
    assert "claimTimeout: 1h30m   # Bo is slow" in patched(WRITTEN, {"giveaways": {"claimTimeout": "1h30m"}})


def test_null_removes_and_what_is_new_is_added() -> None:
    text = patched(WRITTEN, {"general": {"locale": None, "timeZone": "Europe/Berlin"}, "commands": {"mention": True}})
    assert "locale" not in text
    assert '    timeZone: "Europe/Berlin"\n' in text
    assert "  commands:\n    mention: true\n" in text
    assert "# Bo is slow" in text
    assert not check_text(text, "f").problems


def test_the_start_of_a_document_that_never_comes_is_no_document() -> None:
    assert patched(document(rerolls=2) + "---\n", {"giveaways": {"rerollLimit": 3}}) == document(rerolls=3)


def test_items_of_a_list_come_and_go_and_the_others_keep_their_comments() -> None:
    text = patched(WRITTEN, {"giveaways": {"blacklist": {"roles": ["523456789012345678", "623456789012345678"]}}})
    assert "Muted" not in text
    assert "        - '523456789012345678'  # Bots\n" in text
    assert '        - "623456789012345678"\n' in text
    assert not check_text(text, "f").problems


def test_an_item_with_a_name_is_changed_in_place() -> None:
    written = WRITTEN + (
        "  commands:\n    rules:\n      - name: giveaway start # for hosts\n        enabled: false\n"
        "      - name: help\n        allowedChannels: ['723456789012345678'] # here only\n"
    )
    rules = [
        {"name": "giveaway start", "enabled": True},
        {"name": "help", "allowedChannels": ["723456789012345678"]},
        {"name": "giveaway end", "enabled": False},
    ]
    text = patched(written, {"commands": {"rules": rules}})
    assert "      - name: giveaway start # for hosts\n        enabled: true\n" in text
    assert "allowedChannels: ['723456789012345678'] # here only\n" in text
    assert '      - name: "giveaway end"\n        enabled: false\n' in text
    assert not check_text(text, "f").problems


@pytest.mark.parametrize("indent", [1, 2, 3, 4])
@pytest.mark.parametrize("offset", [0, 2])
def test_the_authors_indentation_stays(indent: int, offset: int) -> None:
    step, dash = " " * indent, " " * offset
    text = (
        f'apiVersion: guildwright.dev/v1alpha1\nkind: GuildConfig\nmetadata:\n{step}name: "{OAK}"\nspec:\n'
        f"{step}giveaways:\n{step * 2}managerRoles:\n{step * 2}{dash}- '423456789012345678'\n"
        f"{step * 2}rerollLimit: 2\n"
    )
    assert patched(text, {"giveaways": {"rerollLimit": 1}}) == text.replace("Limit: 2", "Limit: 1")


@pytest.mark.parametrize("change", ["crlf", "bom", "start", "no last line end"])
def test_the_authors_editor_recognises_its_file(change: str) -> None:
    text = {
        "crlf": WRITTEN.replace("\n", "\r\n"),
        "bom": "\ufeff" + WRITTEN,
        "start": "---\n" + WRITTEN,
        "no last line end": WRITTEN.rstrip("\n"),
    }[change]
    assert patched(text, {"giveaways": {"rerollLimit": 1}}) == text.replace("rerollLimit: 2", "rerollLimit: 1")


@pytest.mark.parametrize(
    "word", ["yes", "on", "NO", "0777", "1e3", "null", "~", "5m", "en-GB", "a: b", "# x", "", "ü\n"]
)
def test_no_text_is_ever_written_so_that_it_reads_as_something_else(word: str) -> None:
    for old in ("plain", "'single'", '"double"'):
        text = f"spec:\n  commands:\n    prefix:\n      text: {old}\n"
        written = patched(text, {"commands": {"prefix": {"text": word}}})
        problems = check_text(written, "f").problems
        assert not any("YAML 1.1" in problem.message or "string" in problem.message for problem in problems), written
        from ruamel.yaml import YAML  # noqa: PLC0415  the only test that reads YAML itself

        for version in ("1.1", "1.2"):
            yaml = YAML(typ="safe", pure=True)
            yaml.version = version
            assert yaml.load(written)["spec"]["commands"]["prefix"]["text"] == word


def test_a_guild_without_a_document_gets_a_whole_one() -> None:
    assert not check_text(fresh_document(OAK), "f").problems
    text = patched(fresh_document(OAK), {"giveaways": {"claimTimeout": "10m"}})
    checked = check_text(text, "f")
    assert checked.guild_id == OAK
    assert not checked.problems
    emptied = patched(text, {"giveaways": None})
    assert emptied == fresh_document(OAK)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "mapping"),
        ("[]", "mapping"),
        ("spec: 1\n", "spec is no mapping"),
        ("- spec", "mapping"),
        (document() + "# \x7f\n", "^line 7: unacceptable character #x007f: [^\n]*$"),
    ],
)
def test_what_is_no_document_is_not_changed(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        patched(text, {"giveaways": {"rerollLimit": 1}})
