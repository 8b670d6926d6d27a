"""The rival: one request, one transaction, on the same store, as one would write it in a day.

It takes a declaration, reads its certificate, compares the fields in plain Python, and writes the
same rows as the gate does in a transaction of its own, fsync on. ``python -m benchmarks.plain_service
FOLDER PORT`` serves it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException

app = FastAPI()
_local = threading.local()


def _connection() -> sqlite3.Connection:
    if not hasattr(_local, "connection"):
        connection = sqlite3.connect(f"{sys.argv[1]}/store.sqlite", isolation_level=None, timeout=30)
        connection.execute("PRAGMA synchronous = FULL")
        _local.connection = connection
    made: sqlite3.Connection = _local.connection
    return made


@app.post("/declarations", status_code=201)
def lodge(declaration: dict[str, Any]) -> dict[str, Any]:
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE")
    try:
        _decide(connection, declaration)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return {"number": declaration["number"], "state": "reserved"}


def _decide(connection: sqlite3.Connection, declaration: dict[str, Any]) -> None:
    number, wanted = declaration["number"], declaration["certificates"][0]["number"]
    row = connection.execute("SELECT document FROM copy WHERE number = ?", (wanted,)).fetchone()
    held = connection.execute("SELECT state FROM holding WHERE certificate = ?", (wanted,)).fetchone()
    if row is None or held is not None:
        raise HTTPException(409, "no such certificate, or taken")
    certificate = json.loads(row[0])
    line, item = certificate["lines"][0], declaration["items"][0]
    fits = (
        certificate["purpose"] == declaration["act"]
        and certificate["holder"]["uscc"] == declaration["trader"]["uscc"]
        and line["hs_code"][:8] == item["hs_code"][:8]
        and line["unit"] == item["first"]["unit"]
        and float(item["first"]["quantity"]) <= float(line["quantity"])
        and certificate["issued_on"] <= declaration["declared_on"]
    )
    if not fits:
        raise HTTPException(409, "does not fit")
    _write(connection, number, wanted, json.dumps(declaration, sort_keys=True, ensure_ascii=False))


def _write(connection: sqlite3.Connection, number: str, certificate: str, document: str) -> None:
    now = datetime.now(UTC).isoformat()
    digest = hashlib.sha256(document.encode()).hexdigest()
    connection.execute(
        "INSERT INTO lodgement (number, document, digest, state, revision, comparison, draws, lodged_by, lodged_at,"
        " changed_at, marks) VALUES (?, ?, ?, 'reserved', 1, '{}', '[]', 'plain', ?, ?, '[]')",
        (number, document, digest, now, now),
    )
    connection.execute("INSERT INTO holding VALUES (?, 'reserved', ?, ?)", (certificate, number, now))
    connection.execute("INSERT INTO cursor VALUES ('out', ?, 1)", (certificate,))
    connection.execute(
        "INSERT INTO outgoing (stream, sequence, kind, body, at) VALUES (?, 1, 'certificate.reserved', ?, ?)",
        (certificate, json.dumps({"number": certificate, "declaration": number}), now),
    )
    for event in ("declaration.lodged", "declaration.reserved", "certificate.reserved"):
        connection.execute(
            "INSERT INTO journal (at, actor, event, number, other, detail) VALUES (?, 'plain', ?, ?, ?, '{}')",
            (now, event, number, certificate),
        )


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
