"""Making a home folder: two nodes that know each other's keys, and callers with fresh tokens."""

from __future__ import annotations

import secrets
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hefu.protocol.records import Side
from hefu.settings import Caller, ClientIdentity, ClientSettings, NodeSettings, write
from hefu.trust.access import Role, token_digest
from hefu.trust.keyring import Keyring, SigningKey, generate

PORTS: Final = {Side.TAX: 8701, Side.CUSTOMS: 8702}

_OFFICERS: Final = (
    ("tax", "国家税务总局北京市税务局", Role.TAX_OFFICER, (), "王芳"),
    ("tax2", "国家税务总局北京市税务局", Role.TAX_OFFICER, (), "刘洋"),
    ("customs", "皇岗海关", Role.CUSTOMS_OFFICER, (), "张伟"),
    ("customs2", "皇岗海关", Role.CUSTOMS_OFFICER, (), "李娜"),
    ("operator", "运行中心", Role.OPERATOR, (), ""),
    ("auditor", "审计组", Role.AUDITOR, (), ""),
    ("investigator", "皇岗海关稽查科", Role.INVESTIGATOR, (), "陈静"),
    ("investigator2", "皇岗海关稽查科", Role.INVESTIGATOR, (), "赵磊"),
    ("exporter", "北京合符进出口有限公司", Role.ENTERPRISE, ("91110000101623741K", "1100660001"), ""),
    ("agent", "深圳通运报关代理有限公司", Role.ENTERPRISE, ("91440300MA5FC50094", "4403160003"), ""),
)
"""Who can call a fresh home: officers of each kind (two of each that acts, for what takes two), and two firms of the samples."""


def free_port() -> int:
    """A port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make(home: Path, ports: dict[Side, int] | None = None) -> None:
    """Make the home folder, unless it is there: keys, tokens and configurations, all fresh."""
    if (home / "client.json").exists():
        return
    chosen = ports or PORTS
    now = datetime.now(UTC)
    keys = {side: generate(side.value, now, confirmed=True) for side in Side}
    identities = {
        name: ClientIdentity(
            organisation=organisation,
            role=role.value,
            token=secrets.token_urlsafe(32),
            codes=list(codes),
            person=person,
        )
        for name, organisation, role, codes, person in _OFFICERS
    }
    callers = [
        Caller(
            token_sha256=token_digest(one.token),
            organisation=one.organisation,
            role=one.role,
            codes=one.codes,
            person=one.person,
        )
        for one in identities.values()
    ]
    for side in Side:
        Keyring([], home / side.value / "keys").add(keys[side])
        settings = NodeSettings(
            side=side.value,
            port=chosen[side],
            peer=f"http://127.0.0.1:{chosen[side.peer]}",
            peer_console=f"http://127.0.0.1:{chosen[side.peer]}/console",
            peer_keys=[_public(keys[side.peer])],
            callers=callers,
            cases="cases" if side is Side.CUSTOMS else "",
        )
        write(home / side.value / "node.json", settings)
    addresses = {side.value: f"http://127.0.0.1:{chosen[side]}" for side in Side}
    write(home / "client.json", ClientSettings(**addresses, identities=identities))


def _public(key: SigningKey) -> dict[str, str]:
    return {
        "key_id": key.key_id,
        "algorithm": key.algorithm,
        "public_key": key.public_text,
        "not_before": key.not_before.isoformat(),
    }
