"""``hefu backup`` and ``hefu restore``: a node in one file, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import hefu
from hefu.cli import show
from hefu.cli.options import AsJson
from hefu.protocol.records import Side
from hefu.settings import home
from hefu.stores import backup as backups


def backup(
    side: Side,
    to: Annotated[
        Path | None, typer.Argument(help="The file; by default SIDE-TIME.hefu in the current folder.")
    ] = None,
    as_machine: AsJson = False,
) -> None:
    """Back a node up into one file, also while it runs. The file holds its signing keys: keep it safe 备份."""
    now = datetime.now(UTC)
    file = to or Path(f"{side.value}-{now:%Y%m%dT%H%M%SZ}.hefu")
    manifest = backups.make(home() / side.value, file, hefu.__version__, now)
    size = file.stat().st_size
    if as_machine:
        show.print_json({"file": str(file), "bytes": size, **manifest.as_json()})
        return
    show.out().print(
        show.say(
            f"{file}: {side.value} 节点, 至日志第 {manifest.journal} 条, {size:,} 字节。内含签名密钥, 请妥善保管",
            f"{file}: the {side.value} node up to journal entry {manifest.journal}, {size:,} bytes. It holds signing"
            " keys: keep it safe",
        )
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A backup made by hefu backup.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put a node that is there aside, and keep it.")
    ] = False,
    as_machine: AsJson = False,
) -> None:
    """Put a backup in the place of a node that does not run. When started, it first recovers from the other authority
    what it has said since 恢复.
    """
    manifest, aside = backups.restore(home(), file, datetime.now(UTC), replace=replace)
    folder = home() / manifest.side.value
    if as_machine:
        show.print_json({"folder": str(folder), "aside": aside and str(aside), **manifest.as_json()})
        return
    made = show.local(manifest.made_at.isoformat())
    show.out().print(
        show.say(
            f"{folder}: 已恢复到 {made}。启动后先向对方找回此后的签名报文, 找回之前不办理业务",
            f"{folder}: restored as of {made}. When started it first recovers what it has signed since from the other"
            " authority, and takes no work before that",
        )
    )
    if aside:
        show.out().print(show.say(f"原目录保留在 {aside}", f"what was there is kept in {aside}"))
