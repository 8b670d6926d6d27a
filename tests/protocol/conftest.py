"""Two authorities for each test that asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.protocol.authorities import Authorities, facing


@pytest.fixture
def both() -> Iterator[Authorities]:
    with facing() as authorities:
        yield authorities
