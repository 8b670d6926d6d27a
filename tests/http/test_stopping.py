"""A node that stops leaves its whole store in one file, so that a copy of it is a copy of everything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hefu.protocol.records import Side
from hefu.stores.reading import opened
from tests.nodes import goods, running

pytestmark = pytest.mark.processes


def test_the_store_of_a_stopped_node_is_one_file(tmp_path: Path) -> None:
    certificate, declaration = goods(1)
    with running(tmp_path / "home") as nodes:
        assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
        nodes.settled()
        assert nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", declaration)[0] == 201
        nodes.settled()
    for side, counted in ((Side.TAX, "issue"), (Side.CUSTOMS, "lodgement")):
        folder = tmp_path / "home" / side.value
        assert not (folder / "store.sqlite-wal").exists()
        copy = tmp_path / f"{side.value}.sqlite"
        shutil.copy(folder / "store.sqlite", copy)
        with opened(str(copy), side) as reader:
            assert sum(reader.counts()[counted].values()) == 1
