"""`check` on what lies about in folders: nothing a person leaves there makes it fail itself."""

import os
import socket
from pathlib import Path

import pytest

from guildwright_crds.check import MAX_BYTES, check_file, check_paths, find_documents

GOOD = 'apiVersion: guildwright.dev/v1alpha1\nkind: GuildConfig\nmetadata: {name: "%s"}\nspec: {}\n'
OAK, ELM = GOOD % "1101000000000000001", GOOD % "1101000000000000002"


def _problem(path: Path) -> tuple[int, int, str]:
    (problem,) = check_file(path).problems
    return problem.line, problem.column, problem.message


def test_five_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"# " + b"x" * 5_000_000)

    assert _problem(path) == (1, 1, "larger than 256 KiB, which no document needs")


def test_a_sparse_terabyte_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sparse.yaml"
    with path.open("wb") as file:
        file.truncate(2**40)

    assert _problem(path)[2].startswith("larger than")


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(OAK + "#" * (MAX_BYTES - len(OAK)))

    assert check_file(path).valid


def test_a_binary_file_is_called_binary(tmp_path: Path) -> None:
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")

    assert _problem(path) == (1, 1, "binary: it contains a zero byte")
    path.write_text("kind: GuildConfig", encoding="utf-16")
    assert _problem(path) == (1, 1, "not UTF-8 but UTF-16")


def test_text_that_is_not_utf_8_is_refused_at_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: ü\nb: é\n".encode() + b"c: \xe9")

    assert _problem(path) == (3, 4, "not UTF-8: byte 0xe9")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# nothing\n", b"---\n---\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.yaml"
    path.write_bytes(content)

    assert _problem(path)[2] == "the file is empty"


def test_a_missing_file_and_a_folder_are_problems(tmp_path: Path) -> None:
    assert _problem(tmp_path / "gone.yaml")[2] == "cannot be read: No such file or directory"
    assert _problem(tmp_path)[2] == "a folder, where a file belongs"


def test_an_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text(OAK)
    path.chmod(0)

    assert check_file(path).valid == os.access(path, os.R_OK)  # root reads everything
    assert _problem(Path("/proc/self/mem"))[2].startswith("cannot be read: ")


def test_a_pipe_and_a_socket_are_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.yaml"))

        assert [_problem(tmp_path / name)[2] for name in ("pipe.yaml", "s.yaml")] == ["not a file", "not a file"]


def test_a_broken_link_and_a_link_to_itself_are_problems(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").symlink_to("gone")
    (tmp_path / "self.yaml").symlink_to("self.yaml")

    assert _problem(tmp_path / "broken.yaml")[2] == "a link, and cannot be read: No such file or directory"
    assert "symbolic link" in _problem(tmp_path / "self.yaml")[2]


def test_a_folder_is_searched_deeply_for_yaml_files_only(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/b/oak.yaml", "a/elm.yml", "ash.YAML", "notes.md", "oak.yaml.bak", ".hidden.yaml", "a/.oak.yaml~"):
        (tmp_path / name).write_text(OAK)

    found = [str(path.relative_to(tmp_path)) for path in find_documents(tmp_path)]

    assert found == ["a/b/oak.yaml", "a/elm.yml", "ash.YAML"]


def test_folders_that_link_to_each_other_are_searched_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "oak.yaml").write_text(OAK)
    (tmp_path / "again.yaml").symlink_to("a/oak.yaml")

    assert len(find_documents(tmp_path)) == 1


def test_a_folder_mounted_by_kubernetes_shows_each_file_once(tmp_path: Path) -> None:
    real = tmp_path / "..2026_01_31"
    real.mkdir()
    (real / "oak.yaml").write_text(OAK)
    (tmp_path / "..data").symlink_to(real.name)
    (tmp_path / "oak.yaml").symlink_to("..data/oak.yaml")

    assert find_documents(tmp_path) == [tmp_path / "oak.yaml"]


def test_a_named_file_is_judged_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "oak.txt"
    path.write_text(OAK)

    assert check_paths([path, path])[0].valid
    assert len(check_paths([path, path])) == 1


def test_a_file_name_that_is_no_text_is_shown_escaped(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yaml"))
    path.write_text("a: 1")

    assert check_file(path).file.endswith("/\\xff.yaml")
    assert check_file(path).problems[0].file.isprintable()


def test_of_two_files_about_one_guild_neither_may_be_applied(tmp_path: Path) -> None:
    for name, text in (("a.yaml", OAK), ("b.yaml", f"# twin\n{OAK}"), ("c.yaml", ELM)):
        (tmp_path / name).write_text(text)

    first, second, third = check_paths([tmp_path])

    assert (first.spec, second.spec, third.valid) == (None, None, True)
    assert [(it.problems[0].line, it.problems[0].column, it.problems[0].field) for it in (first, second)] == [
        (3, 18, "metadata.name"),
        (4, 18, "metadata.name"),
    ]
    assert first.problems[0].message == 'the guild "1101000000000000001" has 2 files, and none of them is applied'
    assert first.problems[0].hint == f"keep one of them; see also {tmp_path / 'b.yaml'}"


def test_a_broken_twin_is_a_twin_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OAK)
    (tmp_path / "b.yaml").write_text(OAK.replace('"', ""))

    assert [one.valid for one in check_paths([tmp_path])] == [False, False]


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [")
    (tmp_path / "b.yaml").write_text(OAK)

    assert [one.valid for one in check_paths([tmp_path])] == [False, True]
