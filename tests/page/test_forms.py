"""A form says what a command needs, reads what was typed, and says what is wrong beside the field."""

import math
from datetime import UTC, datetime

import pytest

from guildwright.platform.markup.messages import Reading
from guildwright.platform.markup.names import NoNames
from guildwright.playground.control.models import ChoiceView, CommandView, ModalView, OptionView
from guildwright.playground.control.requests import NewFile
from guildwright.playground.page import forms, modals

READING = Reading(NoNames(), datetime(2026, 11, 21, tzinfo=UTC))


def command(*options: OptionView) -> CommandView:
    return CommandView(
        id="1",
        command="giveaway start",
        kind="slash",
        description="",
        options=list(options),
        allowed=True,
        reason=None,
        default_member_permissions=None,
        guild_id=None,
    )


def option(name: str, kind: str, *, required: bool = False, **more: object) -> OptionView:
    return OptionView(name=name, description="", type=kind, required=required, **more)  # type: ignore[arg-type]


def read(one: OptionView, text: str) -> tuple[object, str | None]:
    found = forms.read_options(command(one), {f"option.{one.name}": text})
    return found.values.get(one.name), found.errors.get(one.name)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("string", " an oak chest ", "an oak chest"),
        ("integer", "3", 3),
        ("number", "2,5", 2.5),
        ("boolean", "false", False),
        ("user", "1", "1"),
        ("role", "5", "5"),
    ],
)
def test_each_kind_of_option_becomes_a_value_of_its_type(kind: str, typed: str, value: object) -> None:
    assert read(option("x", kind), typed) == (value, None)


@pytest.mark.parametrize(
    ("one", "typed", "wrong"),
    [
        (option("x", "integer"), "three", "“three” is not a whole number."),
        (option("x", "integer"), "2.5", "“2.5” is not a whole number."),
        (option("x", "number"), "nan", "“nan” is not a number."),
        (option("x", "integer", max_value=50), "60", "60 is above the limit of 50."),
        (option("x", "integer", min_value=1), "0", "0 is below the limit of 1."),
        (option("x", "string", max_length=3), "four", "It has 4 characters, above the limit of 3."),
        (option("x", "string", min_length=5), "four", "It has 4 characters; at least 5 are needed."),
        (option("x", "string", required=True), "  ", "This is needed."),
    ],
)
def test_what_is_wrong_is_said_with_the_value_and_the_limit(one: OptionView, typed: str, wrong: str) -> None:
    assert read(one, typed) == (None, wrong)


def test_an_optional_option_left_empty_is_left_out() -> None:
    assert read(option("x", "integer"), "") == (None, None)


@pytest.mark.parametrize(
    ("one", "kind", "offered"),
    [
        (option("x", "user"), "thing", []),
        (option("x", "mentionable"), "thing", []),
        (option("x", "attachment"), "file", []),
        (option("x", "boolean"), "choice", ["Yes", "No"]),
        (option("x", "string", choices=[ChoiceView(name="Red", value="r")]), "choice", ["Red"]),
        (option("x", "string", autocomplete=True), "suggested", []),
        (option("x", "integer"), "number", []),
        (option("x", "string"), "text", []),
    ],
)
def test_a_field_is_of_the_kind_that_its_option_asks_for(one: OptionView, kind: str, offered: list[str]) -> None:
    field = forms.option_fields(command(one), {}, {})[0]
    assert (field.kind, [choice["label"] for choice in field.choices]) == (kind, offered)


def test_a_form_that_comes_back_keeps_what_was_typed() -> None:
    fields = forms.option_fields(command(option("prize", "string")), {"option.prize": "chest"}, {"prize": "No."})
    assert (fields[0].value, fields[0].error) == ("chest", "No.")


def test_while_typing_the_focused_option_goes_as_it_is_and_the_broken_ones_stay_behind() -> None:
    asked = command(option("n", "integer"), option("who", "string", autocomplete=True), option("text", "string"))
    typed = {"option.n": "x", "option.text": "t", "option.who": "stale", "typed.option.who": "oa"}
    assert forms.readable_options(asked, typed, "who") == {"text": "t", "who": "oa"}


def text_input(**more: object) -> dict[str, object]:
    return {"type": 4, "custom_id": "prize", "label": "Prize", "style": 1, **more}


def modal(*components: dict[str, object]) -> modals.Modal:
    shown = ModalView(modal_id="9", custom_id="m", title="Start", components=list(components))
    return modals.modal(shown)


def test_a_modals_inputs_are_found_in_rows_and_in_labels() -> None:
    label = {"type": 18, "label": "About", "description": "More", "component": text_input(custom_id="about", style=2)}
    dialog = modal({"type": 1, "components": [text_input(value="chest")]}, label, {"type": 10, "content": "**Hi**"})
    fields = modals.modal_fields(dialog, None, {}, READING)
    assert [(field.label, field.kind, field.value) for field in fields] == [
        ("Prize", "text", "chest"),
        ("About", "long", ""),
    ]
    assert dialog.texts == ["**Hi**"]


def test_a_filled_modal_keeps_an_emptied_field_empty() -> None:
    dialog = modal({"type": 1, "components": [text_input(value="chest")]})
    assert modals.modal_fields(dialog, {"input.prize": ""}, {}, READING)[0].value == ""


def test_a_modals_faults_stand_beside_their_inputs() -> None:
    dialog = modal({"type": 1, "components": [text_input(max_length=3)]})
    wrong = modals.read_modal(dialog, {"input.prize": "four"}).errors
    assert wrong == {"prize": "It has 4 characters, above the limit of 3."}
    assert modals.read_modal(dialog, {}).errors == {"prize": "This is needed."}
    assert modals.read_modal(dialog, {"input.prize": "a\r\n"}) == modals.Answers(values={"prize": "a\n"})


def test_a_name_that_was_typed_but_not_chosen_is_nobody() -> None:
    read = forms.read_options(command(option("who", "user")), {"option.who": "", "typed.option.who": "zed"})
    assert read.errors == {"who": "“zed” is nothing here. Choose from the list."}


def test_an_option_that_takes_a_file_names_its_place_among_the_files() -> None:
    picture, words = NewFile(filename="a.png", content=b"a"), NewFile(filename="b.txt", content=b"b")
    asked = command(option("picture", "attachment"), option("words", "attachment"))
    read = forms.read_options(asked, {}, {"option.words": [words], "option.picture": [picture]})
    assert (read.values, read.files) == ({"picture": 0, "words": 1}, [picture, words])


def test_every_kind_of_input_of_a_modal_becomes_a_field_and_a_value() -> None:
    options = [{"label": "Red", "value": "r"}, {"label": "Green", "value": "g", "default": True}]
    kinds = {
        "colour": {"type": 3, "options": options},
        "colours": {"type": 3, "options": options, "max_values": 2},
        "who": {"type": 5, "max_values": 2},
        "proof": {"type": 19, "max_values": 2},
        "one": {"type": 21, "options": options},
        "some": {"type": 22, "options": options},
        "sure": {"type": 23, "default": True},
    }
    parts = [{"type": 18, "label": name, "component": {"custom_id": name, **body}} for name, body in kinds.items()]
    dialog = modal(*parts)
    fields = modals.modal_fields(dialog, None, {}, READING)
    assert [field.kind for field in fields] == ["choice", "many", "things", "file", "choice", "many", "box"]
    assert [field.value for field in fields] == ["g", "g", "", "", "g", "g", "on"]
    filled = {"colour": "r", "colours": "r\ng", "who": "1\n2", "one": "g", "some": "r", "sure": "on"}
    proof = [NewFile(filename="a.png", content=b"a"), NewFile(filename="b.png", content=b"b")]
    read = modals.read_modal(dialog, {f"input.{name}": text for name, text in filled.items()}, {"input.proof": proof})
    assert read.values == {
        "colour": ["r"],
        "colours": ["r", "g"],
        "who": ["1", "2"],
        "proof": ["0", "1"],
        "one": "g",
        "some": ["r"],
        "sure": True,
    }
    assert (read.files, read.errors) == (proof, {})


def test_an_infinite_number_is_refused() -> None:
    value, wrong = read(option("x", "number"), str(math.inf))
    assert value is None
    assert wrong
