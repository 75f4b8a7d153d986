"""The file a newcomer edits first."""

from pathlib import Path

from guildwright import first_guild
from guildwright_crds.check import check_file

FACTS = {"guild_id": "123456789012345678", "roles": {"Artisan": "223456789012345678"}}


def test_the_first_document_is_valid(tmp_path: Path) -> None:
    """The models judge it like any other."""
    first_guild.write(tmp_path, FACTS)
    (file,) = tmp_path.iterdir()
    checked = check_file(file)
    assert checked.problems == ()
    assert checked.guild_id == FACTS["guild_id"]


def test_a_directory_with_documents_is_left_alone(tmp_path: Path) -> None:
    """A second start must not undo an edit, nor bring a deleted file back beside another."""
    (tmp_path / "mine.yaml").write_text("mine")
    first_guild.write(tmp_path, FACTS)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
