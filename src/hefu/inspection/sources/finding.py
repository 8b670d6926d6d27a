"""Files, folders and archives as sources: one after the other, each known by what its bytes are."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from hefu import errors
from hefu.errors import HefuError, Problem
from hefu.inspection.sources.archives import Archive, Member, shown
from hefu.inspection.sources.bounds import LIMITS, LOOP, MISSING, NESTED, TOO_MUCH, UNREADABLE, Limits
from hefu.inspection.sources.forms import form_of

_SKIPPED: Final = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_WORKBOOKS: Final = frozenset({"xlsx", "xlsb", "ods"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read. ``name``: as people know it, members of archives as ``a.zip/folder/b.xlsx``; ``path``: a real
    file, for members one in the scratch folder; ``form``: what the bytes are (``xlsx xls xlsb ods csv xml json jsonl
    parquet pdf``); ``size`` in bytes.
    """

    name: str
    path: Path
    form: str
    size: int


class Sources:
    """Files, folders and archives of an inspection. A file that is named twice is read once, whatever names it. Members
    of archives are unpacked into ``scratch`` as they are asked for, and stay there.
    """

    def __init__(self, scratch: Path, limits: Limits = LIMITS) -> None:
        self._scratch = scratch
        self._limits = limits
        self._seen: set[tuple[int, int]] = set()
        self._unpacked = 0

    def read(self, paths: Sequence[Path]) -> Iterator[Source | HefuError]:
        """What the paths hold, folders and archives in a stable order; what cannot be read is an error, and the rest
        goes on. Hidden files, lock files and the litter of systems are left out.
        """
        for path in paths:
            yield from self._path(path, path.as_posix(), ())

    def _path(
        self, path: Path, name: str, above: tuple[tuple[int, int], ...]
    ) -> Iterator[Source | HefuError]:
        """One path, with the folders above it by device and inode."""
        try:
            about = path.stat()
            here = (about.st_dev, about.st_ino)
            if here in above:
                errors.fail(LOOP, file=shown(name))
            if here in self._seen:
                return
            self._seen.add(here)
            if stat.S_ISDIR(about.st_mode):
                for entry in sorted(one.name for one in path.iterdir()):
                    if not _is_litter(entry):
                        yield from self._path(path / entry, f"{name.rstrip('/')}/{entry}", (*above, here))
            elif stat.S_ISREG(about.st_mode):
                yield from self._content(path, shown(name), about.st_size, ())
            else:  # a pipe would never end
                errors.fail(UNREADABLE, file=shown(name), value=stat.filemode(about.st_mode))
        except HefuError as error:
            yield error
        except FileNotFoundError:
            yield HefuError(Problem(MISSING, file=shown(name)))
        except OSError as error:
            yield HefuError(Problem(UNREADABLE, file=shown(name), value=error.strerror or str(error)))

    def _content(
        self, path: Path, name: str, size: int, within: tuple[Archive, ...]
    ) -> Iterator[Source | HefuError]:
        """A file as a source, an archive as those of its members."""
        form = form_of(path, name, self._limits)
        if form == "zip":
            if len(within) > 1:
                errors.fail(NESTED, file=name)
            yield from self._archive(path, name, within)
            return
        if form in _WORKBOOKS:
            _weigh(path, name, self._limits)
        yield Source(name, path, form, size)

    def _archive(self, path: Path, name: str, within: tuple[Archive, ...]) -> Iterator[Source | HefuError]:
        outer = within[-1].budget if within else None
        with Archive(path, name, self._limits, outer) as archive:
            for member in archive.members():
                if isinstance(member, HefuError):
                    yield member
                elif not any(map(_is_litter, PurePosixPath(member.name).parts)):
                    try:
                        yield from self._member(archive, member, within)
                    except HefuError as error:
                        if error.first.kind is TOO_MUCH and error.first.file in {one.file for one in within}:
                            raise
                        yield error
                        if error.first.kind is TOO_MUCH and error.first.file == name:
                            return  # the archive as a whole: what follows is not read, and the cure says so

    def _member(
        self, archive: Archive, member: Member, within: tuple[Archive, ...]
    ) -> Iterator[Source | HefuError]:
        """A member, unpacked under a number of ours."""
        self._unpacked += 1
        path = self._scratch / f"{self._unpacked:06d}"
        try:
            with path.open("xb") as out:
                for piece in archive.pieces(member):
                    out.write(piece)
        except (HefuError, OSError):
            path.unlink()
            raise
        name = f"{archive.file}/{member.name}"
        yield from self._content(path, name, path.stat().st_size, (*within, archive))


def _is_litter(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _SKIPPED


def _weigh(path: Path, name: str, limits: Limits) -> None:
    """Unpack a workbook for its size alone, before a parser does so in memory. Raises ``inspection.too_much``."""
    with Archive(path, name, limits) as archive:
        for member in archive.members():
            if isinstance(member, HefuError):
                raise member
            for _ in archive.pieces(member):
                pass
