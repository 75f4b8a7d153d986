"""A real Kubernetes as tests see it, whoever started it: kubectl, helm, plain requests, namespaces and images."""

import contextlib
import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import config

from tests.cluster.control_plane import Answer
from tests.cluster.waiting import opens, wait_for

ASK_SECONDS = 30
RUN_SECONDS = 300
ROUTED_SECONDS = 120
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}


class Cluster:
    """A running cluster, by its kubeconfig."""

    def __init__(self, kubeconfig: Path, binaries: Path, images: Mapping[str, str]) -> None:
        self.kubeconfig = kubeconfig
        self.binaries = binaries
        self.images = images
        self._client = config.new_client_from_config(str(kubeconfig))

    def kubectl(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the real kubectl; its verdict is the exit code."""
        return self._run("kubectl", arguments, stdin)

    def helm(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the real helm."""
        return self._run("helm", arguments, stdin)

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Create objects, or change them to this."""
        listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        done = self.kubectl("apply", "-f", "-", stdin=listed)
        assert done.returncode == 0, done.stderr

    def _run(self, program: str, arguments: tuple[str, ...], stdin: str | None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.binaries / program, *arguments],
            env=os.environ | {"KUBECONFIG": str(self.kubeconfig)},
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )

    def ask(self, method: str, path: str, body: object = None, content: str = "application/json") -> Answer:
        """One request as admin; `content` is the type of the body."""
        headers = {"Content-Type": content}
        self._client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        answer = self._client.rest_client.pool_manager.request(
            method,
            self._client.configuration.host + path,
            body=None if body is None else json.dumps(body),
            headers=headers,
            timeout=ASK_SECONDS,
            retries=False,
        )
        text = answer.data.decode()
        return Answer(answer.status, json.loads(text) if text[:1] == "{" else text)

    def is_ready(self) -> bool:
        """Whether its API server answers."""
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
            return self.ask("GET", "/readyz").status == 200
        return False

    @contextlib.contextmanager
    def namespace(self) -> Iterator[str]:
        """A fresh namespace with restricted Pod Security; deleted at the end."""
        name = f"test-{secrets.token_hex(4)}"
        made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}}
        answer = self.ask("POST", "/api/v1/namespaces", made)
        assert answer.status == 201, answer.message
        try:
            account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
            wait_for(f"a service account in {name}", lambda: self.ask("GET", account).status == 200)
            yield name
        finally:
            self.kubectl("delete", "namespace", name, "--wait=false")

    @contextlib.contextmanager
    def reach(self, namespace: str, service: str, port: int) -> Iterator[str]:
        """The URL at which a test finds a Service for a while.

        kube-proxy leads there a moment after the pod is ready: up to a minute when the API server was away (client-go's
        reflector waits ever longer). A connection begun before never arrives, so each try is a new one.
        """
        found = self.ask("GET", f"/api/v1/namespaces/{namespace}/services/{service}")
        assert found.status == 200, found.message
        address = found.body["spec"]["clusterIP"]
        wait_for(f"a way to {service}:{port}", lambda: opens(address, port), ROUTED_SECONDS)
        yield f"http://{address}:{port}"

    def close(self) -> None:
        """Let kept connections go."""
        self._client.close()
