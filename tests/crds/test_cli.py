"""What a person sees of `guildwright check`, `crds` and `schema`."""

import json
from pathlib import Path

import pytest

from guildwright_crds import cli
from guildwright_crds.schema import CRD_FILE, JSON_SCHEMA_FILE

OAK = 'apiVersion: guildwright.dev/v1alpha1\nkind: GuildConfig\nmetadata: {name: "1101000000000000001"}\nspec: {%s}\n'


@pytest.fixture
def oak(tmp_path: Path) -> Path:
    """A file with two mistakes."""
    path = tmp_path / "oak.yaml"
    path.write_text(OAK % "giveaways: {claimTimout: 5m, rerollLimit: 11}")
    return path


def test_problems_are_lines_that_an_editor_can_jump_to(oak: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.check([oak], as_json=False) == 1

    assert capsys.readouterr().out == (
        f'{oak}:4:20: spec.giveaways.claimTimout: unknown field "claimTimout"\n'
        "    allowed: claimTimeout, rerollLimit, blacklist, minimumAccountAge, minimumMembership, preview, "
        "retention, defaultChannel, managerRoles, logChannel\n"
        "    hint: did you mean claimTimeout?\n"
        f"{oak}:4:50: spec.giveaways.rerollLimit: 11 is more than 10\n"
        "    allowed: a whole number from 0 to 10\n"
        "2 problems in 1 of 1 document\n"
    )


def test_programs_get_the_same_as_json(oak: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.check([oak], as_json=True) == 1

    said = json.loads(capsys.readouterr().out)
    assert (said["valid"], said["summary"]) == (False, "2 problems in 1 of 1 document")
    (file,) = said["files"]
    assert (file["file"], file["guild"], file["valid"]) == (str(oak), "1101000000000000001", False)
    assert file["problems"][1] == {
        "file": str(oak),
        "line": 4,
        "column": 50,
        "field": "spec.giveaways.rerollLimit",
        "message": "11 is more than 10",
        "allowed": ["a whole number from 0 to 10"],
        "hint": None,
    }


def test_right_documents_are_counted_and_the_exit_code_is_0(oak: Path, capsys: pytest.CaptureFixture[str]) -> None:
    oak.write_text(OAK % "")

    assert cli.check([oak.parent], as_json=False) == 0
    assert capsys.readouterr().out == "1 document checked, no problems\n"


def test_a_folder_without_documents_is_not_taken_for_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.check([tmp_path], as_json=False) == 1
    assert capsys.readouterr().out == f"no .yaml or .yml file in {tmp_path}\n"


def test_crds_prints_the_crd(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.crds(check=False, out=None) == 0
    assert capsys.readouterr().out == (cli.MANIFESTS / CRD_FILE).read_text()


def test_schema_prints_the_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.schema() == 0
    assert json.loads(capsys.readouterr().out)["title"] == "GuildConfig"


def test_crds_writes_a_folder_and_then_finds_it_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "manifests"

    assert cli.crds(check=True, out=folder) == 1
    assert cli.crds(check=False, out=folder) == 0
    assert cli.crds(check=True, out=folder) == 0
    assert f"{folder / JSON_SCHEMA_FILE} is up to date" in capsys.readouterr().out


def test_an_edited_crd_is_shown_with_its_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.crds(check=False, out=tmp_path)
    path = tmp_path / CRD_FILE
    path.write_text(path.read_text().replace("maximum: 10", "maximum: 99"))

    assert cli.crds(check=True, out=tmp_path) == 1

    said = capsys.readouterr().out
    assert "+                      maximum: 10" in said
    assert f"run `guildwright crds --out {tmp_path}`" in said


def test_a_folder_that_cannot_be_written_is_said_and_not_thrown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    assert cli.crds(check=False, out=tmp_path / "file" / "manifests") == 1
    assert "cannot be written: Not a directory" in capsys.readouterr().out
