"""A cluster that stays, for a developer: `python -m tests.cluster up|images|status|down`."""

import sys

from guildwright import system
from tests.cluster import own
from tests.cluster.binaries import binaries
from tests.cluster.callers import ALLOWED
from tests.cluster.kept import Kept, staying
from tests.cluster.loaded import PROJECT
from tests.cluster.node import Node
from tests.cluster.programs import ensure_all

USAGE = """usage: python -m tests.cluster up|images|status|down
  up      a single-node Kubernetes that stays, in a network of its own; needs root on Linux
  images  build the project's images from these sources, and load them into it
  status  how to use it
  down    remove it
"""


def main(arguments: list[str]) -> int:
    """Do what is asked; say what a person does next."""
    actions = {"up": _up, "images": _images, "status": _status, "down": _down}
    if len(arguments) != 1 or arguments[0] not in actions:
        sys.stderr.write(USAGE)
        return 2
    try:
        actions[arguments[0]]()
    except system.Missing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


def _up() -> None:
    if not staying():
        ensure_all()
        programs = binaries()
        kept = Kept.open(stays=True)
        try:
            with kept.network():
                own.bring_up(kept, programs).close()
        except BaseException:
            kept.close()
            raise
    _status()


def _images() -> None:
    for kept in _present():
        with own.attached(kept) as cluster:
            for name in PROJECT:
                sys.stdout.write(f"{cluster.images[name]}\n")


def _status() -> None:
    for kept in _present():
        node = Node(kept.state, binaries())
        settings = f"KUBECONFIG={node.kubeconfig('admin')}"
        enter = f"nsenter --net=/proc/{kept.first}/ns/net env {settings} PATH={node.binaries}:$PATH bash"
        sys.stdout.write(
            f"A cluster runs. A shell in its network, with kubectl and helm:\n  {enter}\n"
            f"Tests on it:\n  {settings} {ALLOWED}=1 uv run pytest --cluster tests/cluster/test_node.py\n"
            "The project's images into it: python -m tests.cluster images. Its end: python -m tests.cluster down\n"
        )


def _down() -> None:
    for kept in staying():
        try:
            kept.close()
        except PermissionError as refused:
            raise system.Missing(
                f"{kept.state} is the cluster of root, who alone may end it: run this as root"
            ) from refused
    sys.stdout.write("No cluster stays.\n")


def _present() -> list[Kept]:
    found = staying()
    if not found:
        sys.stdout.write("No cluster stays. Start one: python -m tests.cluster up\n")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
