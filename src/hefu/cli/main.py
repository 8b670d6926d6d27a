"""``hefu``: the command line. Exit codes: 0 fine, 1 findings, 2 bad input or usage, 3 no answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.progress import Progress
from typer.exceptions import TyperException

import hefu
from hefu.cli import (
    apply,
    backup,
    contingency,
    inspect,
    officers,
    processes,
    reconcile,
    refunds,
    replay,
    rules,
    show,
    story,
    up,
    usage,
    watch,
)
from hefu.cli import home as homes
from hefu.cli.client import Client, refused
from hefu.cli.deferred import Deferred
from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.readers.json_documents import LicenseCode, Paper, only, read_paths
from hefu.errors import HefuError, Problem
from hefu.protocol.outcome import UNKNOWN_CERTIFICATE
from hefu.protocol.records import Side
from hefu.settings import home

app = typer.Typer(
    cls=Deferred,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="hefu 合符: tax issues, customs verifies, one certificate, one declaration. 税务开具, 海关核验, 一证一单.",
)

Files = Annotated[list[Path], typer.Argument(help="Files or folders: .json .jsonl .xml")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
TaxIdentity = Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")]
CustomsIdentity = Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; goes on record.")]
Wait = Annotated[float, typer.Option(help="Seconds to wait for the answer of customs.")]

FINDINGS, BAD_INPUT = 1, 2


def _print(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


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
        _print(
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


@app.command()
def issue(files: Files, identity: TaxIdentity = "tax", as_machine: AsJson = False) -> None:
    """Tax issues certificates 开具证明."""
    papers, wrong = _read(files, Certificate)
    results = _submit(Client(home(), identity), Side.TAX, "/v1/certificates/bulk", papers) if papers else []
    _report(results, wrong, as_machine)


@app.command()
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


@app.command()
def release(numbers: Numbers, identity: CustomsIdentity = "customs", as_machine: AsJson = False) -> None:
    """Customs releases; the certificates become used 放行."""
    _move(numbers, "release", "", identity, as_machine)


@app.command()
def withdraw(
    numbers: Numbers, reason: Reason, identity: CustomsIdentity = "customs", as_machine: AsJson = False
) -> None:
    """Withdraw declarations before release 撤回."""
    _move(numbers, "withdraw", reason, identity, as_machine)


@app.command()
def refuse(
    numbers: Numbers, reason: Reason, identity: CustomsIdentity = "customs", as_machine: AsJson = False
) -> None:
    """Customs refuses declarations before release 拒绝."""
    _move(numbers, "refuse", reason, identity, as_machine)


@app.command()
def void(
    number: str, reason: Reason, wait: Wait = 10.0, identity: TaxIdentity = "tax", as_machine: AsJson = False
) -> None:
    """Tax asks customs to void a certificate; refused once it is reserved or used 作废."""
    status, told = Client(home(), identity).ask(
        Side.TAX, "POST", f"/v1/certificates/{number}/void?wait={wait}", {"reason": reason}
    )
    _report([(number, {"status": status, **told})], [], as_machine)


@app.command()
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


@app.command()
def trace(number: str, identity: CustomsIdentity = "auditor", as_machine: AsJson = False) -> None:
    """Every step of a certificate or declaration on both sides, in time order 追溯."""
    client = Client(home(), identity)
    number = number.strip().upper()
    sides = [client.get(side, f"/v1/trace/{number}") for side in Side]
    standings = [{"side": told["side"], **told["standing"]} for told in sides if told["standing"]]
    entries = sorted(
        (entry for told in sides for entry in told["entries"]), key=lambda entry: str(entry["at"])
    )
    if not standings and not entries:
        raise HefuError(Problem(UNKNOWN_CERTIFICATE, place=number))
    if as_machine:
        _print({"number": number, "standings": standings, "entries": entries})
    else:
        show.show_trace(number, standings, entries)


@app.command()
def status(identity: CustomsIdentity = "operator", as_machine: AsJson = False) -> None:
    """How both nodes and the link between them do 运行状况."""
    client = Client(home(), identity)
    told = {side.value: client.get(side, "/v1/status") for side in Side}
    if as_machine:
        _print(told)
    else:
        show.show_status(told)
    if any(one["link"]["failures"] for one in told.values()):
        raise typer.Exit(FINDINGS)


app.command()(apply.apply)
app.command()(apply.applications)
app.command()(rules.rules)
app.command()(replay.replay)
app.command()(inspect.inspect)
app.command()(watch.watch)
app.command()(reconcile.reconcile)
app.command()(refunds.ledger)
app.command()(refunds.claim)
app.command()(refunds.repay)
app.command()(refunds.agency)
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(contingency.app, name="contingency")
app.command()(contingency.paper)
app.command()(officers.acts)
app.command()(officers.contests)
app.command()(officers.divergences)
app.add_typer(officers.app, name="decide")


@app.command()
def keys(
    rotate: Annotated[Side | None, typer.Option(help="Make a new signing key on this side.")] = None,
    identity: CustomsIdentity = "operator",
    as_machine: AsJson = False,
) -> None:
    """Signing keys of both nodes, and their rotation 签名密钥."""
    client = Client(home(), identity)
    if rotate:
        code, told = client.ask(rotate, "POST", "/v1/keys/rotate")
        if code >= 400:
            raise refused(told)
    both = {side.value: client.get(side, "/v1/keys") for side in Side}
    if as_machine:
        _print(both)
    else:
        show.show_keys(both)


@app.command("up")
def up_(
    samples: Annotated[bool, typer.Option(help="Load the sample documents into a fresh home.")] = True,
    as_machine: AsJson = False,
) -> None:
    """Start both nodes, load the samples, serve until Ctrl-C 启动."""
    up.up(home(), samples=samples, as_machine=as_machine)


@app.command()
def demo(as_machine: AsJson = False) -> None:
    """Play the whole story on the samples; exit 0 only if every step came out as it must 演示."""
    if not story.demo(as_machine=as_machine):
        raise typer.Exit(FINDINGS)


@app.command()
def serve(
    side: Side,
    until_stdin_closes: Annotated[bool, typer.Option(help="Stop when standard input closes.")] = False,
) -> None:
    """Run one node in this process 运行单个节点."""
    processes.serve(side, home(), until_stdin_closes=until_stdin_closes)


@app.command()
def setup() -> None:
    """Make keys, tokens and configurations in HEFU_HOME, unless they are there 初始化."""
    homes.make(home())
    show.out().print(str(home().resolve()))


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        sys.stdout.write(f"hefu {hefu.__version__}\n")
        raise typer.Exit


def main() -> None:
    """Run the program; every error ends in its own exit code with a message that says what to do."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except HefuError as error:
        wrong = error
    except TyperException as error:
        if not error.format_message():
            sys.exit(BAD_INPUT)  # a command of commands was called alone, and has told which there are
        wrong = usage.understood(error)
    show.show_error(wrong)
    sys.exit(wrong.first.kind.exit)


if __name__ == "__main__":
    main()
