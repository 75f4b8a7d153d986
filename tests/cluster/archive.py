"""An image of one static program, as an archive that containerd imports: no registry, no build tool."""

import hashlib
import io
import json
import platform
import tarfile
from pathlib import Path
from typing import Any

PROBE = "localhost/guildwright-probe:1"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def image_of(program: Path, reference: str, to: Path) -> Path:
    """Write the archive of an image that holds and runs the program."""
    layer = _layer(program)
    config = {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Entrypoint": [f"/{program.name}"], "User": "10001:10001"},
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
    }
    with tarfile.open(to, "w") as archive:
        layers = [_blob(archive, layer, "application/vnd.oci.image.layer.v1.tar")]
        described = _blob(archive, _json(config), "application/vnd.oci.image.config.v1+json")
        manifest = {"schemaVersion": 2, "config": described, "layers": layers}
        listed = _blob(archive, _json(manifest), "application/vnd.oci.image.manifest.v1+json")
        listed["annotations"] = {"io.containerd.image.name": reference}
        _add(archive, "index.json", _json({"schemaVersion": 2, "manifests": [listed]}))
        _add(archive, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
    return to


def _layer(program: Path) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as layer:
        _add(layer, program.name, program.read_bytes(), mode=0o755)
    return written.getvalue()


def _blob(archive: tarfile.TarFile, content: bytes, kind: str) -> dict[str, Any]:
    digest = _digest(content)
    _add(archive, f"blobs/{digest.replace(':', '/')}", content)
    return {"mediaType": kind, "digest": digest, "size": len(content)}


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
