"""What `guildwright crds`, `schema` and `check` do; each returns the exit code and raises nothing for bad input."""

import difflib
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ruamel.yaml import YAML

from guildwright_crds.additive import broken_promises
from guildwright_crds.check import Checked, Problem, check_paths, printable
from guildwright_crds.schema import CRD_FILE, JSON_SCHEMA_FILE, crd, render_chart_crd, render_crd, render_json_schema

MANIFESTS = Path(__file__).parents[1] / "manifests"
"""Where the generated files are committed."""
CHART = Path(__file__).parents[2] / "helm" / "guildwright-crds" / "templates"
"""Where the Helm chart of the CRD has its template; written and compared together with `MANIFESTS`."""
RELEASED = Path(__file__).parents[1] / "released"
"""The CRD as it was at each release; what was valid then stays so. See its README."""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def crds(check: bool, out: Path | None, released: Path = RELEASED) -> int:
    """Print the CRD; with `out`, write it and the JSON Schema there; with `check`, compare them with what is there.

    With `check` and the repository's own folder, hold the CRD to the released ones too.
    """
    if check:
        wrong = [_is_stale(path, text) for path, text in _rendered(out or MANIFESTS).items()]
        wrong += [_breaks(path) for path in sorted(released.glob("*.yaml"))] if out is None else []
        return int(any(wrong))
    if out is None:
        sys.stdout.write(render_crd())
        return 0
    try:
        for path, text in _rendered(out).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            _say(f"wrote {path}")
    except OSError as error:
        _say(f"{out}: cannot be written: {error.strerror}")
        return 1
    return 0


def _rendered(folder: Path) -> dict[Path, str]:
    """Every generated file and what belongs in it; the chart's too where the folder is the repository's own."""
    files = {folder / CRD_FILE: render_crd(), folder / JSON_SCHEMA_FILE: render_json_schema()}
    if folder.resolve() == MANIFESTS.resolve():
        files[CHART / CRD_FILE] = render_chart_crd()
    return files


def _is_stale(path: Path, expected: str) -> bool:
    try:
        found = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _say(f"{path}: cannot be read: {error}")
        return True
    if found == expected:
        _say(f"{path} is up to date")
        return False
    lines = difflib.unified_diff(found.splitlines(), expected.splitlines(), str(path), "generated", lineterm="", n=1)
    _say("\n".join(lines))
    _say(f"{path} is out of date: run `guildwright crds --out {MANIFESTS if path.parent == CHART else path.parent}`")
    return True


def _breaks(released: Path) -> bool:
    """Whether documents that were valid under a released CRD may not be so any more; says which and why."""
    broken = broken_promises(YAML(typ="safe").load(released), crd())
    for change in broken:
        _say(f"{released.name}: {change}")
    if broken:
        _say(f"{released}: its documents have to stay valid: take the change back, or argue for it in additive.py")
    else:
        _say(f"{released}: its documents stay valid")
    return bool(broken)


def schema() -> int:
    """Print the JSON Schema of a document, for editors."""
    sys.stdout.write(render_json_schema())
    return 0


def check(paths: list[Path], as_json: bool) -> int:
    """Judge files and folders: 0 when every document may be applied, else 1."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    checked = check_paths(paths)
    valid = bool(checked) and all(one.valid for one in checked)
    if as_json:
        files = [_as_json(one) for one in checked]
        _say(json.dumps({"valid": valid, "summary": _summary(checked, paths), "files": files}, indent=2))
    else:
        for problem in (problem for one in checked for problem in one.problems):
            _say(_render(problem))
        _say(_summary(checked, paths))
    return 0 if valid else 1


def _as_json(one: Checked) -> dict[str, object]:
    problems = [asdict(problem) for problem in one.problems]
    return {"file": one.file, "guild": one.guild_id, "valid": one.valid, "problems": problems}


def _render(problem: Problem) -> str:
    field = f"{problem.field}: " if problem.field else ""
    lines = [f"{problem.file}:{problem.line}:{problem.column}: {field}{problem.message}"]
    if problem.allowed:
        lines.append(f"    allowed: {', '.join(problem.allowed)}")
    if problem.hint:
        lines.append(f"    hint: {problem.hint}")
    return "\n".join(lines)


def _summary(checked: Sequence[Checked], paths: Sequence[Path]) -> str:
    def count(number: int, word: str) -> str:
        return f"{number} {word}" if number == 1 else f"{number} {word}s"

    if not checked:
        return f"no .yaml or .yml file in {', '.join(printable(path) for path in paths)}"
    problems = sum(len(one.problems) for one in checked)
    if not problems:
        return f"{count(len(checked), 'document')} checked, no problems"
    wrong = sum(not one.valid for one in checked)
    return f"{count(problems, 'problem')} in {wrong} of {count(len(checked), 'document')}"
