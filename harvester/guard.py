"""Where the harvester may go: public addresses, and of the internal ones only those that the operator allows."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from harvester.faults import Fetching


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator allows beyond public addresses.

    `hosts` are names or addresses, optionally with a port and with `*` (`*.city.local`, `127.0.0.1:8100`); `networks`
    are in CIDR form; `folders` are absolute local folders whose files a source may read.
    """

    hosts: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> Allowed:
        """Sort a list of hosts, networks and folders; ValueError names an entry that is none of them."""
        hosts, networks, folders = [], [], []
        for entry in (e.strip() for e in entries):
            if entry.startswith(("/", "~")):
                folders.append(str(Path(entry).expanduser().resolve()))
            elif "/" in entry:
                networks.append(str(ipaddress.ip_network(entry, strict=False)))
            elif entry:
                hosts.append(entry.lower())
        return cls(hosts=tuple(hosts), networks=tuple(networks), folders=tuple(folders))

    def names(self, host: str, port: int | None) -> bool:
        """Tell whether the list names this host, with any port or with this one."""
        host = host.lower().strip("[]")
        return any(fnmatch(host, entry) or fnmatch(f"{host}:{port}", entry) for entry in self.hosts)

    def holds(self, address: str) -> bool:
        """Tell whether an address lies in an allowed network."""
        ip = ipaddress.ip_address(address)
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        return any(ip in ipaddress.ip_network(network) for network in self.networks)

    def folder(self, path: Path) -> Path:
        """Answer the real path, or refuse one that lies outside every allowed folder (links are followed first)."""
        real = path.resolve()
        if not any(real == Path(f) or Path(f) in real.parents for f in self.folders):
            raise Fetching("folder-refused", str(path), path)
        if not real.exists():
            raise Fetching("file-missing", str(path), path)
        return real


class GuardedAdapter(IPFilterAdapter):  # type: ignore[misc]  # the package ships no types
    """Connects to the very address that was checked, so a name that changes its address meanwhile gains nothing."""

    def __init__(self, allowed: Allowed, *, secure: bool) -> None:
        super().__init__(is_https_proto=secure)
        self._allowed = allowed
        self._secure = secure

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: bool | str, cert: Any = None
    ) -> tuple[Any, Any]:
        plain: Any = HTTPAdapter.build_connection_pool_key_attributes
        place, options = plain(self, request, verify, cert)
        host, port = str(place["host"]), place["port"]
        if self._allowed.names(host, port):
            return place, options
        address = self._allowed_address(host, port)
        if address is None:
            pinned: tuple[Any, Any] = super().build_connection_pool_key_attributes(request, verify, cert)
            return pinned
        if self._secure:
            options = {**options, "assert_hostname": host, "server_hostname": host}
        request.headers["Host"] = host if port is None else f"{host}:{port}"
        return {**place, "host": f"[{address}]" if ":" in address else address}, options

    def _allowed_address(self, host: str, port: int | None) -> str | None:
        if not self._allowed.networks:
            return None
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        address = str(found[0][4][0])
        return address if self._allowed.holds(address) else None


def local_path(address: str) -> Path | None:
    """Answer the path that a file: address or a plain path names; None for an address on the network."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(address) if not parts.scheme and address.startswith(("/", "~")) else None
