"""One feature, one module of knobs, one field of the spec, one section of the record: the same name in each."""

from pathlib import Path
from types import UnionType
from typing import Any, get_args

import pytest

import guildwright_crds
from guildwright_bot.features import FEATURES
from guildwright_crds.compile import CompiledConfig
from guildwright_crds.guild_config import CORE, GuildConfigSpec

MACHINERY = {
    *("__init__", "additive", "base", "guild_config", "conditions", "metadata", "schema", "compile"),
    *("check", "judge", "explain", "problems", "cel", "scalars", "yaml_errors", "yaml_places", "yaml_reader", "cli"),
}
"""The modules that hold no knobs. A new feature adds none of these."""


def _model(annotation: Any) -> type:
    """The model of a field that may be left out."""
    options = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    (model,) = [option for option in options if option is not type(None)]
    assert isinstance(model, type)
    return model


def test_the_spec_has_a_field_for_the_core_and_for_each_feature_and_no_other() -> None:
    assert CORE == ("general", "commands")
    assert list(GuildConfigSpec.model_fields) == [*CORE, *FEATURES]


def test_the_record_has_a_section_for_each_field_of_the_spec() -> None:
    head = ["format", "guild_id", "uid", "generation"]

    assert list(CompiledConfig.model_fields) == [*head, *GuildConfigSpec.model_fields]


def test_every_module_is_the_core_s_a_feature_s_or_machinery() -> None:
    (folder,) = guildwright_crds.__path__

    assert {path.stem for path in Path(folder).glob("*.py")} == MACHINERY | set(CORE) | set(FEATURES)


@pytest.mark.parametrize("field", [*CORE, *FEATURES])
def test_a_field_is_the_model_of_the_module_of_its_name(field: str) -> None:
    info = GuildConfigSpec.model_fields[field]
    model = _model(info.annotation)

    assert (model.__module__, model.__name__) == (f"guildwright_crds.{field}", field.title().replace("_", ""))
    assert _model(CompiledConfig.model_fields[field].annotation) is model
    assert info.default is None, "a section that says nothing is left out"
    assert model(), "every knob has a default"
