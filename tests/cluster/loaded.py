"""Images by short name: built when a test first asks, given to the cluster once."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import yaml

from tests.cluster import archive, images

PROBE = "probe"
PROJECT = ("guildwright", "trial")
GIVEN = "GUILDWRIGHT_TEST_IMAGES"


class Images(Mapping[str, str]):
    """Short name → the reference by which the cluster has the image."""

    def __init__(
        self,
        give: Callable[[Path], None],
        outside: Callable[[], AbstractContextManager[None]],
        probe: Path,
        there: Mapping[str, str] | None = None,
    ) -> None:
        self._give = give
        self._outside = outside
        self._probe = probe
        self._there = dict(there or {})

    def __getitem__(self, name: str) -> str:
        if name not in self._there:
            self._there[name] = self._load(name)
        return self._there[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*PROJECT, PROBE))

    def __len__(self) -> int:
        return len(PROJECT) + 1

    def _load(self, name: str) -> str:
        if name == PROBE:
            self._give(self._probe)
            return archive.PROBE
        with self._outside():
            made = images.images()[name]
        self._give(made)
        return images.reference(name)


def given() -> dict[str, str]:
    """The references that a person names for their cluster: guildwright=…,trial=…,probe=…."""
    pairs = [each.partition("=") for each in os.environ.get(GIVEN, "").split(",") if each]
    return {name: reference for name, _, reference in pairs}


def into_kind(kubeconfig: Path, image: Path) -> None:
    """Give an archive to a cluster of kind, which has no registry either."""
    context = str(yaml.safe_load(kubeconfig.read_text()).get("current-context", ""))
    assert context.startswith("kind-"), (
        f"This cluster is not kind's ({context}), and only its owner can push images to it. Push the images that "
        f"`python -m tests.cluster.images` makes, and name them: {GIVEN}=guildwright=…,trial=…,probe=…"
    )
    command = ["kind", "load", "image-archive", str(image), "--name", context.removeprefix("kind-")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stderr}"
