"""A person's own cluster: used when they say so, and only through its API server."""

from pathlib import Path

import pytest

from tests.cluster.callers import ALLOWED, CallersCluster, callers_cluster
from tests.cluster.loaded import GIVEN, Images, given, into_kind
from tests.cluster.own import OwnCluster
from tests.cluster.pods import got

pytestmark = pytest.mark.cluster


def test_a_service_is_reached_through_the_api_server(own: OwnCluster, server: str) -> None:
    theirs = CallersCluster(own.kubeconfig, own.binaries, own.images)

    with theirs.reach(server, "server", 80) as url:
        assert (url.startswith("http://127.0.0.1:"), got(url)) == (True, "server\n")
    theirs.close()


def test_images_that_only_the_owner_can_push_are_named_by_the_owner(own: OwnCluster, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"not kind's \(test\)(.|\n)*GUILDWRIGHT_TEST_IMAGES="):
        into_kind(own.kubeconfig, tmp_path / "probe.tar")


def test_a_named_image_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(GIVEN, "guildwright=registry.example/bot:1,probe=registry.example/probe:2")

    images = Images(pytest.fail, pytest.fail, tmp_path, given())

    assert (images["guildwright"], images["probe"]) == ("registry.example/bot:1", "registry.example/probe:2")


def test_a_yes_without_a_kubeconfig_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ALLOWED, "1")
    monkeypatch.delenv("KUBECONFIG", raising=False)

    with pytest.raises(AssertionError, match="KUBECONFIG does not name its file"), callers_cluster(tmp_path):
        pass
