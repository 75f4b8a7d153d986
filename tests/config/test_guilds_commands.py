"""`guildwright guilds` reads and changes documents alike, be they files or resources of a cluster."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guildwright.guilds import ask, assign, carry, compare, get
from guildwright.platform.config.guilds import guilds_list
from guildwright_crds.check import check_paths
from tests.config.homes import ClusterHome, Home
from tests.fakes.documents import ASH, ELM, OAK, document

ROLES = ["400000000000000001", "400000000000000002"]
type Ran = tuple[int, str, str]


class Terminal:
    """Runs the commands on one store; the answer is exit code, stdout and stderr."""

    def __init__(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        self._home, self._capsys = home, capsys

    def get(self, guild: str = OAK, *, compiled: bool = False, as_json: bool = False) -> Ran:
        return self._run(lambda at: get.get(at, guild, compiled=compiled, as_json=as_json))

    def set(self, *assignments: str, guild: str = OAK, unset: tuple[str, ...] = (), dry_run: bool = False) -> Ran:
        return self._run(lambda at: assign.assign(at, guild, assignments, unset, dry_run=dry_run))

    def diff(self, *paths: Path, everything: bool = False, unified: bool = False, as_json: bool = False) -> Ran:
        return self._run(lambda at: compare.diff(at, paths, everything=everything, unified=unified, as_json=as_json))

    def bring(self, *paths: Path, dry_run: bool = False) -> Ran:
        return self._run(lambda at: carry.bring(at, paths, dry_run=dry_run))

    def export(self, folder: Path, *, dry_run: bool = False) -> Ran:
        return self._run(lambda at: carry.take_out(at, folder, dry_run=dry_run))

    def list(self, *, as_json: bool = False) -> Ran:
        return self._run(lambda at: guilds_list(at, self._home.settings, as_json=as_json))

    def says(self, guild: str = OAK) -> object:
        return json.loads(self.get(guild, as_json=True)[1])["spec"]

    def _run(self, work: Callable[..., object]) -> Ran:
        self._capsys.readouterr()
        code = ask.with_store(self._home.settings, work)  # type: ignore[arg-type]  # the lambdas above are awaited
        return (code, *self._capsys.readouterr())


@pytest.fixture
def terminal(home: Home, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(home, capsys)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two good documents of a person."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "oak.yaml").write_text("# Ask Olive.\n" + document(OAK, rerolls=2))
    (folder / "elm.yaml").write_text(document(ELM, spec="  general:\n    locale: de\n"))
    return folder


def test_a_set_makes_a_document_and_get_prints_it_as_a_person_would_write_it(terminal: Terminal) -> None:
    roles = ",".join(ROLES)
    code, out, err = terminal.set(
        "giveaways.claimTimeout=24h", "spec.giveaways.rerollLimit=2", f"general.staffRoles={roles}"
    )

    assert (code, err) == (0, "")
    assert "  spec.giveaways.rerollLimit: (default) → 2\n" in out
    assert terminal.get() == (
        0,
        document(
            OAK,
            spec=f'  general:\n    staffRoles:\n    - "{ROLES[0]}"\n    - "{ROLES[1]}"\n'
            '  giveaways:\n    claimTimeout: "1d"\n    rerollLimit: 2\n',
        ),
        "",
    )


def test_every_type_of_the_schema_can_be_set(terminal: Terminal) -> None:
    rules = '[{"name": "ban", "enabled": false}]'
    terminal.set(
        "commands.mention=true",
        "commands.prefix.text=1",
        f"commands.rules={rules}",
        f'giveaways.blacklist={{"members": ["{ASH}"]}}',
        "giveaways.managerRoles=[]",
        f"general.auditChannel={ELM}",
    )

    assert terminal.says() == {
        "general": {"auditChannel": ELM},
        "commands": {"mention": True, "prefix": {"text": "1"}, "rules": json.loads(rules)},
        "giveaways": {"blacklist": {"members": [ASH]}},
    }


def test_paths_are_removed_either_way_and_what_is_not_there_is_no_change(terminal: Terminal) -> None:
    terminal.set("giveaways.claimTimeout=1h", "giveaways.rerollLimit=2", "general.locale=de")

    code, out, _ = terminal.set("giveaways.claimTimeout-", unset=("general",))
    assert (code, terminal.says()) == (0, {"giveaways": {"rerollLimit": 2}})
    assert '  spec.general.locale: "de" → (default)\n' in out
    assert terminal.set("general-", "giveaways.logChannel-") == (0, f"guild {OAK}: nothing to change\n", "")
    assert terminal.set("giveaways.rerollLimit=2")[1] == f"guild {OAK}: nothing to change\n"


def test_a_dry_run_of_set_prints_the_change_and_makes_none(terminal: Terminal) -> None:
    code, out, _ = terminal.set("giveaways.rerollLimit=2", dry_run=True)

    assert code == 0
    assert "dry run" in out
    assert "(default) → 2" in out
    assert terminal.get()[0] == 1


def test_a_set_is_refused_with_the_problems_of_check(terminal: Terminal) -> None:
    terminal.set("giveaways.rerollLimit=2")

    code, out, err = terminal.set("giveaways.claimTimeout=8d", "giveaways.rerolLimit=2", "commands.mention=yes")

    assert "is more than 10" in terminal.set(f"giveaways.rerollLimit={10**19}")[2]
    assert (code, out) == (1, "")
    assert f'guild {OAK}: spec.giveaways.claimTimeout: "8d" must be between 10s and 7d\n' in err
    assert "    hint: did you mean rerollLimit?\n" in err
    assert "    allowed: true, false\n" in err
    assert terminal.says() == {"giveaways": {"rerollLimit": 2}}


def test_what_was_only_said_on_the_command_line_has_no_lines_to_be_seen(terminal: Terminal) -> None:
    code, _, err = terminal.set(f"giveaways.managerRoles={ROLES[0]},{ROLES[0]}")

    assert code == 1
    assert "spec.giveaways.managerRoles[1]" in err
    assert "line" not in err


@pytest.mark.parametrize(
    ("guild", "assignments", "said"),
    [
        ("oak", ("general.locale=de",), '"oak" is no guild'),
        (OAK, (), "nothing to change: write path=value"),
        (OAK, ("general.locale",), "says no value"),
        (OAK, ("general..locale=de",), "is no path"),
        (OAK, ("=de",), "is no path"),
        (OAK, ("commands.rules[0].enabled=true",), "a list is written whole"),
        (OAK, ("commands.rules=[{",), "the value is no JSON"),
        (OAK, ("giveaways=claim",), "the value is no JSON"),
        (OAK, ("giveawys-",), "did you mean giveaways?"),
        (OAK, ("general.locale=de", "general-"), "cannot be changed in one command"),
    ],
)
def test_what_cannot_be_meant_is_explained_without_a_traceback(
    terminal: Terminal, guild: str, assignments: tuple[str, ...], said: str
) -> None:
    code, out, err = terminal.set(*assignments, guild=guild)

    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert terminal.get(OAK)[0] == 1


def test_of_a_guild_without_a_document_get_says_how_to_make_one(terminal: Terminal) -> None:
    code, out, err = terminal.get()

    assert (code, out) == (1, "")
    assert f"guildwright guilds set {OAK} path=value" in err


def test_compiled_prints_every_default_and_is_a_good_document_itself(terminal: Terminal, tmp_path: Path) -> None:
    terminal.set("giveaways.rerollLimit=2")
    (tmp_path / "compiled").mkdir()
    for guild in (OAK, ELM):
        code, out, err = terminal.get(guild, compiled=True)
        assert (code, err) == (0, "")
        assert 'claimTimeout: "5m"' in out
        (tmp_path / "compiled" / f"{guild}.yaml").write_text(out)

    assert [one.problems for one in check_paths([tmp_path / "compiled"])] == [(), ()]


def test_files_are_imported_once_and_then_they_are_the_same(terminal: Terminal, files: Path) -> None:
    assert terminal.diff(files)[0] == 1

    assert terminal.bring(files, dry_run=True)[0] == 0
    assert terminal.get()[0] == 1
    code, out, _ = terminal.bring(files)

    assert code == 0
    assert f"guild {OAK}: new from {files}/oak.yaml\n" in out
    assert terminal.says() == {"giveaways": {"rerollLimit": 2}}
    assert terminal.bring(files) == (0, "2 checked, 0 changed, 2 the same\n", "")
    assert terminal.diff(files) == (0, "", "")


def test_an_import_makes_the_document_say_what_the_file_says_and_no_more(terminal: Terminal, files: Path) -> None:
    terminal.set("general.locale=fr", f"giveaways.managerRoles={ROLES[0]}", "giveaways.rerollLimit=3")
    terminal.set("general.locale=fr", guild=ASH)

    code, out, _ = terminal.bring(files / "oak.yaml")

    assert code == 0
    assert "  spec.giveaways.rerollLimit: 3 → 2\n" in out
    assert terminal.says() == {"giveaways": {"rerollLimit": 2}}
    assert terminal.says(ASH) == {"general": {"locale": "fr"}}


def test_one_bad_file_and_nothing_is_imported(terminal: Terminal, files: Path) -> None:
    (files / "ash.yaml").write_text(document(ASH, rerolls=99))

    code, out, err = terminal.bring(files)

    assert (code, out) == (1, "")
    assert f"{files}/ash.yaml:7:18: spec.giveaways.rerollLimit: 99 is more than 10\n" in err
    assert "nothing was imported" in err
    assert terminal.get()[0] == 1
    assert terminal.diff(files)[0] == 2


def test_a_path_without_documents_is_a_fault(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    for ran in (terminal.bring(tmp_path / "empty"), terminal.diff(tmp_path / "empty")):
        assert ran[0] == 2
        assert "no .yaml or .yml file in" in ran[2]
    assert "cannot be read: No such file" in terminal.diff(tmp_path / "none")[2]


def test_a_diff_names_every_field_from_the_store_to_the_file(terminal: Terminal, files: Path) -> None:
    terminal.bring(files)
    terminal.set("giveaways.rerollLimit=3", "general.locale=fr", f"giveaways.managerRoles={ROLES[0]}")

    code, out, err = terminal.diff(files)

    assert (code, err) == (1, "")
    assert set(out.splitlines()[1:]) == {
        "  ~ spec.giveaways.rerollLimit: 3 → 2",
        '  - spec.general.locale: "fr"',
        f'  - spec.giveaways.managerRoles: "{ROLES[0]}"',
    }
    assert out.startswith(f"guild {OAK}: ")
    unified = terminal.diff(files, unified=True)[1].splitlines()
    assert {"-    rerollLimit: 3", "+    rerollLimit: 2"} < set(unified)
    (one,) = json.loads(terminal.diff(files, as_json=True)[1])
    assert {"field": "spec.giveaways.rerollLimit", "store": 3, "file": 2} in one["differences"]


def test_a_diff_tells_of_guilds_that_only_one_side_has(terminal: Terminal, files: Path) -> None:
    terminal.bring(files / "oak.yaml")
    terminal.set("general.locale=fr", guild=ASH)

    assert terminal.diff(files / "oak.yaml") == (0, "", "")
    code, out, _ = terminal.diff(files, everything=True)
    assert code == 1
    assert f"guild {ELM}: only in {files}/elm.yaml\n" in out
    assert f"guild {ASH}: only in the store (" in out
    assert terminal.diff(files / "oak.yaml", everything=True)[0] == 1


def test_the_order_of_what_has_none_is_no_difference(terminal: Terminal, files: Path) -> None:
    terminal.set(f"general.staffRoles={','.join(ROLES)}")
    roles = "\n".join(f'    - "{role}"' for role in reversed(ROLES))
    (files / "oak.yaml").write_text(document(OAK, spec=f"  general:\n    staffRoles:\n{roles}\n  giveaways: {{}}\n"))

    assert terminal.diff(files / "oak.yaml") == (0, "", "")
    assert terminal.bring(files / "oak.yaml")[1] == "1 checked, 0 changed, 1 the same\n"


def test_what_is_exported_and_imported_again_is_the_same(terminal: Terminal, files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    examples = Path("crds/examples")
    terminal.bring(files, examples)

    assert terminal.export(out, dry_run=True)[0] == 0
    assert not out.exists()
    code, _, err = terminal.export(out)

    assert (code, err) == (0, "")
    assert len(list(out.iterdir())) == 7
    assert not [one for one in check_paths([out]) if one.problems]
    assert terminal.diff(out, everything=True) == (0, "", "")
    assert terminal.bring(out)[1] == "7 checked, 0 changed, 7 the same\n"
    assert "0 files written, 7 the same" in terminal.export(out)[1]


def test_an_export_keeps_a_persons_file_and_comments(terminal: Terminal, files: Path) -> None:
    terminal.bring(files)
    terminal.set("giveaways.rerollLimit=5")

    assert terminal.export(files)[0] == 0

    assert sorted(path.name for path in files.iterdir()) == ["elm.yaml", "oak.yaml"]
    assert (files / "oak.yaml").read_text() == "# Ask Olive.\n" + document(OAK, rerolls=5)


@pytest.mark.parametrize(
    "there",
    [
        "a shopping list\n",
        document(ELM),
        document(OAK, rerolls=99),
        f"{document(OAK)}---\n{document(ELM)}",
        f"---\n# Ask Olive.\n---\n{document(OAK)}",
    ],
)
def test_an_export_never_replaces_what_is_not_the_guilds_document(
    terminal: Terminal, tmp_path: Path, there: str
) -> None:
    terminal.set("giveaways.rerollLimit=2")
    terminal.set("giveaways.rerollLimit=2", guild=ASH)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / f"{OAK}.yaml").write_text(there)

    code, out, err = terminal.export(folder)

    assert (code, out) == (1, "")
    assert f"{OAK}.yaml" in err
    assert "nothing was exported" in err
    assert (folder / f"{OAK}.yaml").read_text() == there
    assert not (folder / f"{ASH}.yaml").exists()


def test_a_folder_that_cannot_be_one_is_a_fault(terminal: Terminal, tmp_path: Path) -> None:
    terminal.set("giveaways.rerollLimit=2")
    (tmp_path / "file").write_text("")

    assert terminal.export(tmp_path / "file")[0] == 2
    assert terminal.export(tmp_path / "file" / "below")[0] == 2


def test_nothing_of_the_server_leaves_with_a_document(terminal: Terminal, home: Home, tmp_path: Path) -> None:
    terminal.set("giveaways.rerollLimit=2")
    terminal.export(tmp_path / "out")

    for text in ((tmp_path / "out" / f"{OAK}.yaml").read_text(), terminal.get()[1], terminal.get(as_json=True)[1]):
        for private in ("managedFields", "uid", "resourceVersion", "status", str(home.settings.namespace)):
            assert private not in text


def test_the_list_names_the_document_of_every_guild(terminal: Terminal, home: Home) -> None:
    assert "so every guild runs on defaults" in terminal.list()[1]
    terminal.set("giveaways.rerollLimit=2")

    code, out, _ = terminal.list()
    (row,) = json.loads(terminal.list(as_json=True)[1])["guilds"]

    assert code == 0
    assert out.splitlines()[0].split() == ["GUILD", "STATE", "GEN", "PUBLISHED", "BOT", "SOURCE"]
    source = f"guildconfigs/{OAK}" if isinstance(home, ClusterHome) else f"{OAK}.yaml"
    assert out.splitlines()[1].split() == [OAK, "live", "1", "unknown", "?", source]
    assert (row["source"], row["state"], row["generation"]) == (source, "live", 1)


def run(*arguments: str, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "guildwright", "guilds", *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_leads_to_each_of_them(tmp_path: Path) -> None:
    (tmp_path / "oak.yaml").write_text(document(OAK, rerolls=2))

    assert run("import", "oak.yaml", cwd=tmp_path).stdout.endswith("1 checked, 1 changed, 0 the same\n")
    assert run("set", OAK, "giveaways.rerollLimit=3", "--unset", "general.locale", cwd=tmp_path).returncode == 0
    assert run("get", OAK, cwd=tmp_path).stdout == document(OAK, rerolls=3)
    assert json.loads(run("get", OAK, "--compiled", "--json", cwd=tmp_path).stdout)["spec"]["general"]
    diff = run("diff", "oak.yaml", "-u", cwd=tmp_path)
    assert (diff.returncode, "-    rerollLimit: 3" in diff.stdout) == (1, True)
    assert run("export", "out", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / f"{OAK}.yaml").read_text() == document(OAK, rerolls=3)
    assert OAK in run("list", "--guilds", "guilds", cwd=tmp_path).stdout


def test_a_store_that_cannot_be_opened_says_why_in_one_sentence(tmp_path: Path) -> None:
    for arguments, said in (
        (("list", "--store", "cloud"), "Allowed: directory, kubernetes"),
        (("list", "--store", "kubernetes"), "set KUBECONFIG to a kubeconfig file"),
        (("get", OAK, "--store", "kubernetes", "-n", "Oak"), "lower-case letters"),
    ):
        ran = run(*arguments, cwd=tmp_path)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert said in ran.stderr
        assert "Traceback" not in ran.stderr
