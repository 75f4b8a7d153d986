"""Rubbish among the guild documents: each a clear error, and the rest keeps running."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.guildwright import Running, running, until
from tests.fakes.play import Play, text_of

pytestmark = [pytest.mark.integration, pytest.mark.long]

GOOD = """\
apiVersion: guildwright.dev/v1alpha1
kind: GuildConfig
metadata:
  name: "{guild}"
spec:
  general:
    locale: {locale}
  giveaways:
    claimTimeout: {timeout}
  commands:
    rules:
      - name: giveaway list
        enabled: {enabled}
"""
STRANGER = "223456789012345678"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


def stranger() -> str:
    """A good document of another guild, to be spoilt."""
    return GOOD.format(guild=STRANGER, locale="en-US", timeout="5m", enabled="true")


RUBBISH: dict[str, tuple[bytes, str]] = {
    "tabs.yaml": (stranger().replace("  general", "\tgeneral").encode(), "tab"),
    "types.yaml": (stranger().replace("claimTimeout: 5m", "claimTimeout: [5]").encode(), "claimTimeout"),
    "unknown.yaml": (stranger().replace("claimTimeout", "claimTimout").encode(), "claimTimeout"),
    "unquoted.yaml": (stranger().replace(f'"{STRANGER}"', STRANGER).encode(), "quote"),
    "large.yaml": (b"# " + b"x" * 5_000_000, "large"),
    "binary.yaml": (bytes(range(256)) * 40, "binary"),
    "bomb.yaml": (BOMB.encode(), "alias"),
    "empty.yaml": (b"", "empty"),
    "deep.yaml": (b"[" * 20_000, "deep"),
}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One whose own guild has a good document."""
    with running(tmp_path_factory.mktemp("rubbish")) as guildwright:
        write(guildwright, enabled=True)
        yield guildwright


def write(up: Running, *, enabled: bool) -> None:
    """Write the demo guild's document, in which /giveaway list is switched on or off."""
    text = GOOD.format(guild=up.facts["guild_id"], locale="en-US", timeout="10m", enabled=str(enabled).lower())
    (up.guilds / "ours.yaml").write_text(text)


def listed(up: Running) -> str:
    """What `guildwright guilds list --json` says."""
    argv = [sys.executable, "-m", "guildwright", "guilds", "list", "--json", "--data", str(up.home / "data")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert "Traceback" not in done.stderr, done.stderr
    assert json.loads(done.stdout)["guilds"]
    return done.stdout


def checked(path: Path) -> str:
    """What `guildwright check` says of a file; it must refuse it, with its name and line."""
    argv = [sys.executable, "-m", "guildwright", "check", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert f"{path}:" in said
    return said


@pytest.mark.parametrize("name", RUBBISH)
def test_a_bad_file_is_explained_and_the_other_guild_is_edited_as_before(up: Running, name: str) -> None:
    """By `check`, by `guilds list` and in the log; ours stays live and still obeys an edit."""
    content, word = RUBBISH[name]
    path = up.guilds / name
    path.write_bytes(content)
    try:
        assert word in checked(path).lower() or word in checked(path)
        until(lambda: name in listed(up))
        until(lambda: name in up.log.read_text(errors="replace"))
        assert_obeys(up)
    finally:
        path.unlink()
    until(lambda: name not in listed(up))


def test_two_files_for_one_guild_apply_neither_and_the_last_good_stays(up: Running) -> None:
    """Which one was meant is not ours to guess."""
    other = up.guilds / "twice.yaml"
    other.write_text((up.guilds / "ours.yaml").read_text().replace("10m", "11m"))
    try:
        until(lambda: "twice.yaml" in listed(up))
        said = listed(up)
        assert "ours.yaml" in said
    finally:
        other.unlink()
    assert_obeys(up)


def test_an_unreadable_file_is_named(up: Running) -> None:
    """A link to itself: what root, who may read everything, cannot read either."""
    path = up.guilds / "loop.yaml"
    path.symlink_to(path.name)
    try:
        assert "read" in checked(path)
        until(lambda: "loop.yaml" in listed(up))
        assert_obeys(up)
    finally:
        path.unlink()


def assert_obeys(up: Running) -> None:
    """Switch /giveaway list off and on in the document, and see the bot refuse and serve it."""
    play = Play(up)
    for enabled in (False, True):
        write(up, enabled=enabled)
        until(lambda wanted=not enabled: refuses(play) is wanted, within=5)


def refuses(play: Play) -> bool:
    """Tell whether the bot says that /giveaway list is switched off."""
    result = play.command(play.members["bo"], "giveaway list")
    assert result["status"] == "replied", result
    return "switched off" in text_of(result["message"])
