"""The programs of a single-node cluster: their commands and config files. Nothing here starts anything."""

import functools
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.control_plane import private_key
from tests.cluster.programs import cni_plugins
from tests.cluster.sandbox import DNS_ADDRESS, NODE_ADDRESS, SERVICES, snapshotter

NODE = "node"
PODS = "10.244.0.0/24"
DNS_SERVICE = "10.96.0.10"
SERVER = f"https://{NODE_ADDRESS}:6443"
PAUSE = "localhost/guildwright-pause:1"
USERS = {  # name in our files: user and group as Kubernetes knows them
    "admin": ("admin", "system:masters"),
    "kubelet": (f"system:node:{NODE}", "system:nodes"),
    "kube-controller-manager": ("system:kube-controller-manager", ""),
    "kube-scheduler": ("system:kube-scheduler", ""),
    "kube-proxy": ("system:kube-proxy", ""),
    "coredns": ("coredns", "system:masters"),
    "kwok": ("kwok", "system:masters"),
}


@dataclass(frozen=True)
class Node:
    """Where the cluster's files are, and which programs it runs."""

    state: Path
    binaries: Path

    @functools.cached_property
    def snapshotter(self) -> str:
        """How containerd keeps images on this disk."""
        return snapshotter(self.state)

    @property
    def authority(self) -> Path:
        """The certificates that the API server made for itself."""
        return self.state / "certs" / "apiserver.crt"

    @property
    def containerd(self) -> Path:
        """Containerd's socket."""
        return self.state / "containerd.sock"

    def kubeconfig(self, user: str) -> Path:
        """How a program finds the API server and says who it is."""
        return self.state / f"{user}.kubeconfig"

    def program(self, name: str) -> str:
        """A program that we built."""
        return str(self.binaries / name)

    def write(self) -> None:
        """All config files."""
        tokens = {name: secrets.token_hex(16) for name in USERS}
        lines = [f'{tokens[name]},{user},{name},"{group}"\n' for name, (user, group) in USERS.items()]
        (self.state / "tokens.csv").write_text("".join(lines))
        (self.state / "service-account.key").write_text(private_key())
        for name, token in tokens.items():
            self.kubeconfig(name).write_text(yaml.safe_dump(kubeconfig(self.authority, token)))
            self.kubeconfig(name).chmod(0o600)
        (self.state / "kubelet.yaml").write_text(yaml.safe_dump(self._kubelet()))
        (self.state / "kube-proxy.yaml").write_text(yaml.safe_dump(self._proxy()))
        (self.state / "Corefile").write_text(self._corefile())
        (self.state / "resolv.conf").touch()  # pods ask the cluster's DNS, and nobody else
        (self.state / "containerd.toml").write_text(self._containerd())
        (self.state / "networks").mkdir()
        (self.state / "networks" / "10-pods.conflist").write_text(json.dumps(_pod_network()))

    def commands(self) -> dict[str, list[str]]:
        """Command line by name, in the order in which they start."""
        state = self.state
        return {
            "containerd": ["containerd", "--config", f"{state}/containerd.toml", "--log-level=warn"],
            "etcd": [
                self.program("server"),
                f"--data-dir={state}/etcd",
                "--unsafe-no-fsync",
                "--log-level=warn",
                "--quota-backend-bytes=4294967296",
            ],
            "kube-apiserver": [self.program("kube-apiserver"), *self._apiserver()],
            "kube-controller-manager": [
                self.program("kube-controller-manager"),
                f"--service-account-private-key-file={state}/service-account.key",
                f"--root-ca-file={self.authority}",
                "--use-service-account-credentials",
                *self._controller("kube-controller-manager"),
            ],
            "kube-scheduler": [self.program("kube-scheduler"), *self._controller("kube-scheduler")],
            "kubelet": [
                self.program("kubelet"),
                f"--config={state}/kubelet.yaml",
                f"--kubeconfig={self.kubeconfig('kubelet')}",
                f"--hostname-override={NODE}",
                f"--node-ip={NODE_ADDRESS}",
            ],
            "kube-proxy": [self.program("kube-proxy"), f"--config={state}/kube-proxy.yaml"],
            "coredns": [self.program("coredns"), "-conf", f"{state}/Corefile"],
        }

    def _apiserver(self) -> list[str]:
        key = self.state / "service-account.key"
        return [
            "--etcd-servers=http://127.0.0.1:2379",
            f"--advertise-address={NODE_ADDRESS}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--cert-dir={self.authority.parent}",  # it makes its own certificate there
            f"--token-auth-file={self.state}/tokens.csv",
            "--authorization-mode=Node,RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            f"--service-cluster-ip-range={SERVICES}",
            "--allow-privileged",  # Pod Security decides
            "--profiling=false",
        ]

    def _controller(self, name: str) -> list[str]:
        who = self.kubeconfig(name)
        known = [f"--{use}kubeconfig={who}" for use in ("", "authentication-", "authorization-")]
        return [*known, "--leader-elect=false", "--bind-address=127.0.0.1"]

    def _kubelet(self) -> dict[str, Any]:
        return {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": NODE_ADDRESS,
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{self.state.name}",
            "clusterDNS": [DNS_SERVICE],
            "clusterDomain": "cluster.local",
            "containerRuntimeEndpoint": f"unix://{self.containerd}",
            "evictionHard": dict.fromkeys(("nodefs.available", "nodefs.inodesFree", "imagefs.available"), "0%"),
            "failCgroupV1": False,
            "failSwapOn": False,
            "imageGCHighThresholdPercent": 100,
            "maxPods": 200,
            "resolvConf": f"{self.state}/resolv.conf",
            "volumePluginDir": f"{self.state}/volume-plugins",  # else it makes one of the machine's
        }

    def _proxy(self) -> dict[str, Any]:
        return {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "clientConnection": {"kubeconfig": str(self.kubeconfig("kube-proxy"))},
            "clusterCIDR": PODS,
            "conntrack": {"maxPerCore": 0, "tcpCloseWaitTimeout": "0s", "tcpEstablishedTimeout": "0s"},  # the machine's
            "hostnameOverride": NODE,
            "mode": "iptables",
            "iptables": {"minSyncPeriod": "0s"},
        }

    def _corefile(self) -> str:
        return f"""
cluster.local in-addr.arpa {{
    bind {DNS_ADDRESS}
    kubernetes {{
        kubeconfig {self.kubeconfig("coredns")}
    }}
    errors
}}
. {{
    bind {DNS_ADDRESS}
    template ANY ANY {{
        rcode NXDOMAIN
    }}
}}
"""

    def _containerd(self) -> str:
        return f"""
version = 2
root = "{self.state}/containerd"
state = "/run/containerd"
[grpc]
  address = "{self.containerd}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "{self.snapshotter}"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni_plugins()}"
    conf_dir = "{self.state}/networks"
[plugins."io.containerd.internal.v1.opt"]
  path = "{self.state}/opt"
"""


def kubeconfig(authority: Path, token: str, server: str = SERVER) -> dict[str, Any]:
    """A kubeconfig of one cluster and one user."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority": str(authority)}}],
        "users": [{"name": "test", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "current-context": "test",
    }


def _pod_network() -> dict[str, Any]:
    """A pair of interfaces per pod, routed: Services work without bridge-netfilter, which a kernel may lack."""
    addresses = {"type": "host-local", "ranges": [[{"subnet": PODS}]], "routes": [{"dst": "0.0.0.0/0"}]}
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "ptp", "ipam": addresses, "mtu": 1500}]}


def dns_objects() -> list[dict[str, Any]]:
    """The Service that pods ask for names, and where it leads: there are no pods behind it."""
    about = {"name": "kube-dns", "namespace": "kube-system"}
    ports = [{"name": name.lower(), "port": 53, "protocol": name} for name in ("UDP", "TCP")]
    service = {"clusterIP": DNS_SERVICE, "ports": [{**port, "targetPort": 53} for port in ports]}
    labels = {"kubernetes.io/service-name": "kube-dns"}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": about, "spec": service},
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**about, "labels": labels},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [DNS_ADDRESS], "conditions": {"ready": True}}],
            "ports": ports,
        },
    ]
