"""Certificates issued, voided, reissued; declarations lodged, released, withdrawn, refused."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from hefu.cli import show
from hefu.cli.client import Client
from hefu.cli.options import BAD_INPUT, FINDINGS, AsJson
from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.readers.json_documents import LicenseCode, Paper, only, read_paths
from hefu.errors import HefuError
from hefu.protocol.records import Side
from hefu.settings import home

Files = Annotated[list[Path], typer.Argument(help="Files or folders: .json .jsonl .xml")]
TaxIdentity = Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")]
CustomsIdentity = Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; goes on record.")]
Wait = Annotated[float, typer.Option(help="Seconds to wait for the answer of customs.")]


def _read(
    files: list[Path], kind: type[Certificate | Declaration], license_code: LicenseCode = ""
) -> tuple[list[tuple[str, Paper]], list[HefuError]]:
    """The documents of the files that are of this kind, and what could not be taken."""
    papers: list[tuple[str, Paper]] = []
    wrong: list[HefuError] = []
    for name, paper in read_paths(files, license_code):
        try:
            if isinstance(paper, HefuError):
                raise paper
            papers.append((name, only(kind, paper, name)))
        except HefuError as error:
            wrong.append(error)
    return papers, wrong


def _submit(
    client: Client, side: Side, path: str, papers: Sequence[tuple[str, Paper]]
) -> list[tuple[str, dict[str, Any]]]:
    """Send documents, with a bar when there are many."""
    told: list[tuple[str, dict[str, Any]]] = []
    with Progress(transient=True, disable=len(papers) < 50 or not sys.stderr.isatty()) as bar:
        task = bar.add_task(path, total=len(papers))
        for (name, _), result in zip(
            papers, client.send(side, path, [paper for _, paper in papers]), strict=True
        ):
            told.append((name, result))
            bar.advance(task)
    return told


def _report(
    results: Sequence[tuple[str, dict[str, Any]]], wrong: Sequence[HefuError], as_machine: bool
) -> None:
    """Print what became of everything, and exit with the code that says it."""
    if as_machine:
        show.print_json(
            {
                "results": [{"file": name, **told} for name, told in results],
                "unreadable": [problem.as_json() for error in wrong for problem in error.problems],
            }
        )
    else:
        if results:
            show.show_results(results)
        for error in wrong:
            show.show_error(error)
        if not results and not wrong:
            show.out().print(
                show.say("没有找到单证 (.json .jsonl .xml)", "no documents found (.json .jsonl .xml)")
            )
    if wrong:
        raise typer.Exit(BAD_INPUT)
    statuses = [told["status"] for _, told in results]
    if any(status == 422 for status in statuses):
        raise typer.Exit(BAD_INPUT)
    if any(status >= 400 for status in statuses) or any(told.get("state") == "held" for _, told in results):
        raise typer.Exit(FINDINGS)


def issue(files: Files, identity: TaxIdentity = "tax", as_machine: AsJson = False) -> None:
    """Tax issues certificates 开具证明."""
    papers, wrong = _read(files, Certificate)
    results = _submit(Client(home(), identity), Side.TAX, "/v1/certificates/bulk", papers) if papers else []
    _report(results, wrong, as_machine)


def declare(
    files: Files,
    release_too: Annotated[bool, typer.Option("--release", help="Release what passes.")] = False,
    correct: Annotated[
        bool, typer.Option("--correct", help="Replace the content of a held declaration.")
    ] = False,
    identity: CustomsIdentity = "customs",
    as_machine: AsJson = False,
) -> None:
    """Lodge declarations at customs; each is verified at once 申报并核验."""
    client = Client(home(), identity)
    papers, wrong = _read(files, Declaration, cache(client.license_code))
    if correct:
        results = []
        for name, paper in papers:
            status, told = client.ask(Side.CUSTOMS, "PUT", f"/v1/declarations/{paper.number}", as_json(paper))
            results.append((name, {"status": status, **told}))
    else:
        results = _submit(client, Side.CUSTOMS, "/v1/declarations/bulk", papers) if papers else []
    if release_too:
        results = [(name, _released(client, told)) for name, told in results]
    _report([(name, _with_changes(client, told)) for name, told in results], wrong, as_machine)


def _with_changes(client: Client, told: dict[str, Any]) -> dict[str, Any]:
    """A held declaration with the smallest changes that would clear it."""
    if told.get("state") != "held":
        return told
    status, answer = client.ask(Side.CUSTOMS, "GET", f"/v1/declarations/{told['number']}/changes")
    return {**told, "changes": answer["changes"]} if status == 200 else told


def _released(client: Client, told: dict[str, Any]) -> dict[str, Any]:
    if told.get("state") != "reserved":
        return told
    status, after = client.ask(Side.CUSTOMS, "POST", f"/v1/declarations/{told['number']}/release")
    return {"status": status, **after}


def _move(numbers: list[str], path: str, reason: str, identity: str, as_machine: bool) -> None:
    client = Client(home(), identity)
    body = {"reason": reason} if reason else None
    results = []
    for number in numbers:
        status, told = client.ask(Side.CUSTOMS, "POST", f"/v1/declarations/{number}/{path}", body)
        results.append((number, {"status": status, **told}))
    _report(results, [], as_machine)


Numbers = Annotated[list[str], typer.Argument(help="Declaration numbers.")]


def release(numbers: Numbers, identity: CustomsIdentity = "customs", as_machine: AsJson = False) -> None:
    """Customs releases; the certificates become used 放行."""
    _move(numbers, "release", "", identity, as_machine)


def withdraw(
    numbers: Numbers, reason: Reason, identity: CustomsIdentity = "customs", as_machine: AsJson = False
) -> None:
    """Withdraw declarations before release 撤回."""
    _move(numbers, "withdraw", reason, identity, as_machine)


def refuse(
    numbers: Numbers, reason: Reason, identity: CustomsIdentity = "customs", as_machine: AsJson = False
) -> None:
    """Customs refuses declarations before release 退单."""
    _move(numbers, "refuse", reason, identity, as_machine)


def void(
    number: str, reason: Reason, wait: Wait = 10.0, identity: TaxIdentity = "tax", as_machine: AsJson = False
) -> None:
    """Tax asks customs to void a certificate; refused once it is reserved or used 作废."""
    status, told = Client(home(), identity).ask(
        Side.TAX, "POST", f"/v1/certificates/{number}/void?wait={wait}", {"reason": reason}
    )
    _report([(number, {"status": status, **told})], [], as_machine)


def reissue(
    number: str,
    file: Annotated[Path, typer.Argument(help="The certificate that takes its place, under a new number.")],
    reason: Reason,
    wait: Wait = 10.0,
    identity: TaxIdentity = "tax",
    as_machine: AsJson = False,
) -> None:
    """Tax puts a new certificate in the place of an unused one 作废后重新开具."""
    papers, wrong = _read([file], Certificate)
    if wrong or not papers:
        _report([], wrong, as_machine)
        raise typer.Exit(BAD_INPUT)
    body = {"certificate": as_json(papers[0][1]), "reason": reason}
    status, told = Client(home(), identity).ask(
        Side.TAX, "POST", f"/v1/certificates/{number}/reissue?wait={wait}", body
    )
    _report([(str(file), {"status": status, **told})], [], as_machine)
