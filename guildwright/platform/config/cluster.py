"""The way to the API server: which cluster, who we are there, and its refusals in words that a person can act on.

The client of `kubernetes.aio` is used as it is; this adds that every failure is one of two, `ClusterAway` (ask again
later) and `ClusterRefused` (asking again changes nothing), and that both say what to do.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.request import getproxies

import aiohttp
import msgspec
import yaml
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config import ConfigException, load_incluster_config, load_kube_config, refresh_token
from kubernetes.aio.config.incluster_config import SERVICE_HOST_ENV_NAME

from guildwright.platform.config.refusals import ClusterAway, ClusterRefused, refusal
from guildwright.platform.config.resource import as_yaml
from guildwright.platform.settings import Settings
from guildwright_crds.guild_config import GROUP, VERSION

__all__ = ["APPLY", "JSON", "MERGE", "Cluster", "ClusterAway", "ClusterRefused", "connect"]

APPLY = "application/apply-patch+yaml"
JSON = "application/json"
MERGE = "application/merge-patch+json"
ASK_SECONDS = 30.0
CONNECT_SECONDS = 10.0
POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


@dataclass(frozen=True)
class Cluster:
    """One API server and the namespace of the install in it."""

    api: ApiClient
    namespace: str
    server: str = field(default="")

    @property
    def guild_configs(self) -> str:
        """The path of the GuildConfigs of this install."""
        return f"/apis/{GROUP}/{VERSION}/namespaces/{self.namespace}/guildconfigs"

    async def ask(  # noqa: PLR0913, PLR0917  a request has this many parts
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        content: str = JSON,
        shape: Any = Any,  # noqa: ANN401  # a type
    ) -> Any:  # noqa: ANN401  # an object of the API is any JSON
        """One request, answered with the parsed JSON, or with no more of it than the msgspec type `shape` has.

        Raises:
            ClusterAway: no answer, or the server cannot serve just now.
            ClusterRefused: it answered with a refusal.
        """
        timeout = aiohttp.ClientTimeout(total=ASK_SECONDS, sock_connect=CONNECT_SECONDS)
        async with self.open(method, path, timeout, query, body, content) as answer:
            return msgspec.json.decode(await answer.read(), type=shape)

    async def expect_namespace(self) -> None:
        """Nothing where the namespace exists, or where we may not know.

        Raises:
            ClusterRefused: there is no such namespace.
        """
        try:
            await self.ask("GET", f"/api/v1/namespaces/{self.namespace}")
        except ClusterRefused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                raise

    async def may(self, verb: str) -> bool:
        """Whether we have the right to do that with GuildConfigs here."""
        wanted = {"verb": verb, "group": GROUP, "resource": "guildconfigs", "namespace": self.namespace}
        review = {"spec": {"resourceAttributes": wanted}}
        answer = await self.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body=review)
        return bool(answer["status"]["allowed"])

    @contextlib.asynccontextmanager
    async def open(  # noqa: PLR0913, PLR0917  a request has this many parts
        self,
        method: str,
        path: str,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  aiohttp's own, of which a watch needs every part
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        content: str = JSON,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request, answered with the response to be read piece by piece. Raises what `ask` does."""
        if content == APPLY:
            content, body = f"{APPLY}; charset=utf-8", as_yaml(body)  # as text, or the client would escape it
        try:
            asked: Any = await self.api.param_serialize(
                method,
                path,
                query_params=list((query or {}).items()),
                header_params={"Accept": JSON, "Content-Type": content},
                body=body,
                auth_settings=["BearerToken"],
            )
            verb, url, headers, data, _ = asked
            answer = await self.api.call_api(verb, url, headers, data, _request_timeout=timeout)
            response: aiohttp.ClientResponse = answer.response
            async with response:
                if response.status >= HTTPStatus.BAD_REQUEST:
                    raise refusal(response.status, (await response.read()).decode(errors="replace"), self.namespace)
                yield response
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if isinstance(error, ClusterAway):
                raise
            raise ClusterAway(f"the API server {self.server} does not answer: {_why(error)}") from error


def _why(error: BaseException) -> str:
    return str(error) or ("it takes too long" if isinstance(error, TimeoutError) else type(error).__name__)


@contextlib.asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[Cluster]:
    """The cluster of KUBECONFIG, else the one whose pod this is, else that of ~/.kube/config.

    Nothing is asked yet: a server that does not answer shows with the first request.

    Raises:
        ClusterAway: no cluster is configured, or its configuration cannot be used.
    """
    # Told to trust the environment, aiohttp reads ~/.netrc for each request: only where a proxy is named there.
    configuration = Configuration(client_session_kwargs={"trust_env": bool(getproxies())})
    try:
        namespace, refreshing = await _configure(configuration, os.environ.get("KUBECONFIG"))
    except (ConfigException, yaml.YAMLError, OSError, KeyError, TypeError, ValueError) as error:
        raise ClusterAway(_no_cluster(error)) from error
    try:
        api = ApiClient(configuration)
    except (OSError, ValueError) as error:  # the certificates
        refreshing.cancel()
        raise ClusterAway(_no_cluster(error)) from error
    try:
        async with api:
            yield Cluster(api, settings.namespace or namespace, configuration.host)
    finally:
        refreshing.cancel()
        await asyncio.gather(refreshing, return_exceptions=True)


async def _configure(configuration: Configuration, kubeconfig: str | None) -> tuple[str, "asyncio.Task[None]"]:
    """Fill the configuration in; the namespace that it names, and what keeps its credentials fresh."""
    if not kubeconfig and os.environ.get(SERVICE_HOST_ENV_NAME):
        load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        return _namespace_of_pod(), asyncio.create_task(_nothing())
    loader: Any = await load_kube_config(  # type: ignore[no-untyped-call]
        config_file=_existing(kubeconfig or str(Path.home() / ".kube" / "config")),
        client_configuration=configuration,
        persist_config=False,
    )
    namespace = loader.current_context["context"].get("namespace") or "default"
    return str(namespace), asyncio.create_task(refresh_token(loader, configuration))  # type: ignore[no-untyped-call]


def _namespace_of_pod() -> str:
    return POD_NAMESPACE.read_text().strip()


def _existing(kubeconfig: str) -> str:
    paths = [path for part in kubeconfig.split(os.pathsep) if part and (path := Path(part).expanduser()).exists()]
    if not paths:
        raise ConfigException(f"{kubeconfig} does not exist")
    for path in paths:
        if not isinstance(yaml.safe_load(path.read_text()), Mapping):  # the client would stumble over it
            raise ConfigException(f"{path} is empty, or is no kubeconfig")
    return kubeconfig


async def _nothing() -> None:
    """In a pod the client reads the token's file again by itself."""


def _no_cluster(error: Exception) -> str:
    said = " ".join(str(error).strip("'\"").split()) or type(error).__name__
    return (
        f"no cluster can be used: {said}; set KUBECONFIG to a kubeconfig file whose current context is the cluster,"
        " run in a pod with a service account, or set GUILDWRIGHT_STORE=directory"
    )
