"""Rows of tables in buckets by a key, so that work on very many rows needs the memory of one bucket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

_BUCKET = "_bucket"


class Shelves:
    """Tables cut into ``buckets`` by the hash of a key: in memory if there is one bucket, else as files in
    ``folder``. The order of rows within a bucket is that in which they came.
    """

    def __init__(self, folder: Path, buckets: int) -> None:
        self.buckets = buckets
        self._folder = folder
        self._held: defaultdict[str, list[pl.DataFrame]] = defaultdict(list)
        self._files: defaultdict[tuple[str, int], list[tuple[Path, frozenset[str]]]] = defaultdict(list)

    def put(self, table: str, rows: pl.DataFrame, key: str) -> None:
        """Lay rows down in the bucket of their key; equal keys meet in one bucket, of all tables."""
        if self.buckets == 1:
            self._keep(table, rows)
        else:
            self._cut(table, rows.with_columns(self.bucket_of(key).alias(_BUCKET)))

    def put_into(self, table: str, rows: pl.DataFrame, bucket: str) -> None:
        """Lay rows down in the bucket that their column ``bucket`` names; the column itself is not kept."""
        if self.buckets == 1:
            self._keep(table, rows.drop(bucket))
        else:
            self._cut(table, rows.rename({bucket: _BUCKET}))

    def bucket_of(self, key: str) -> pl.Expr:
        """The bucket of a key."""
        return (pl.col(key).hash(seed=11) % self.buckets).cast(pl.Int32)

    def take(self, table: str, bucket: int, schema: Mapping[str, Any]) -> pl.DataFrame:
        """All rows of a bucket, which stay where they are; columns that were not laid down are null."""
        if self.buckets == 1:
            frames = self._held[table]
            if len(frames) > 1:
                frames[:] = [pl.concat(frames, how="diagonal")]
        else:
            frames = [
                pl.read_parquet(file, columns=[name for name in schema if name in laid])
                for file, laid in self._files[table, bucket]
            ]
        if not frames:
            return pl.DataFrame(schema=dict(schema))
        rows = pl.concat(frames, how="diagonal") if len(frames) > 1 else frames[0]
        return rows.select(
            name if name in rows.columns else pl.lit(None, kind).alias(name) for name, kind in schema.items()
        )

    def _keep(self, table: str, rows: pl.DataFrame) -> None:
        if rows.height:
            self._held[table].append(rows)

    def _cut(self, table: str, rows: pl.DataFrame) -> None:
        parts = rows.partition_by(_BUCKET, as_dict=True, include_key=False, maintain_order=True)
        for (bucket,), part in parts.items():
            files = self._files[table, int(bucket)]
            file = self._folder / table / f"{bucket}-{len(files)}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            part.write_parquet(file, compression="lz4", statistics=False)
            files.append((file, frozenset(part.columns)))
