"""What two officers may decide where the rules alone would stop: to release a held declaration, to give goods back whose
declaration was taken back after use, and to put right a use that was wrong (DESIGN §2 I3, §9).

None of it frees a number: what is used stays used, and what another holds is nobody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hefu import errors
from hefu.documents.certificate import Purpose
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import scaled
from hefu.documents.goods import in_unit
from hefu.errors import Text
from hefu.protocol import acts, goods, outcome
from hefu.protocol.acts import ActKind
from hefu.protocol.book import Book
from hefu.protocol.cases import assemble
from hefu.protocol.contents import bound_paper
from hefu.protocol.contingency.records import PaperState, TwoOfficerAct
from hefu.protocol.marks import AFTER_USE, MOVED, OVERRIDDEN, REOPENED, TAKEN_BACK
from hefu.protocol.messages import CertificateMoved, Decision, GoodsReopened
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Copy, DeclarationState, Holding, Lodgement
from hefu.protocol.releasing import released
from hefu.protocol.verification import Verification, drawn_of, tell
from hefu.rules.case import Standing, UseState
from hefu.rules.finding import Draw

_SIDE: Final = "customs"

NOT_OVERRIDABLE: Final = errors.kind(
    "decision.not_overridable",
    http=409,
    exit_code=1,
    message=Text(
        "报关单 {place} 不能由两名关员放行: {why_zh}", "two officers cannot release {place}: {why_en}"
    ),
    cure=Text(
        "先更正报关单, 只填写本单自己的, 海关已有数据的证明, 或不填; 应急期间先登记纸质证明",
        "correct the declaration first, so that it names only its own certificates that customs has, or none; in a"
        " contingency enter the paper first",
    ),
)
NOT_TAKEN_BACK: Final = errors.kind(
    "decision.nothing_to_reopen",
    http=409,
    exit_code=1,
    message=Text(
        "报关单 {place} 的货物不能恢复额度: {why_zh}", "the goods of {place} are not to be reopened: {why_en}"
    ),
    cure=Text(
        "只有使用证明后撤销或关闭的报关单, 其货物才可恢复额度, 且只恢复一次",
        "only the goods of a declaration that was taken back after use are reopened, and once",
    ),
)
NOT_MOVABLE: Final = errors.kind(
    "decision.not_movable",
    http=409,
    exit_code=1,
    message=Text(
        "证明 {place} 的使用不能更正到报关单 {value}: {why_zh}",
        "the use of certificate {place} cannot be moved to declaration {value}: {why_en}",
    ),
    cure=Text(
        "证明须已被误用, 另一报关单正被扣留, 填写了该证明, 除此之外全部相符, 且用量不超过已用量",
        "the certificate was used by the wrong declaration; the other one is held, names it, fits in everything else,"
        " and takes no more than was used",
    ),
)


# --- release of a held declaration ------------------------------------------------------------------------


def propose_override(book: Book, number: str, ground: str, actor: str, verification: Verification) -> Outcome:
    """Propose to release a held declaration."""
    known = book.get(Lodgement, number)
    if known is None:
        return outcome.refuse(outcome.UNKNOWN_DECLARATION, number, _SIDE)
    refusal = _not_overridable(book, known, verification)
    if refusal is not None:
        return refusal
    content = {
        "declaration": number,
        "revision": known.revision,
        "codes": list(
            dict.fromkeys(one["code"] for one in known.comparison["findings"] if one["severity"] == "block")
        ),
    }
    return acts.proposed(acts.propose(book, ActKind.OVERRIDE, number, content, ground, actor))


def approve_override(book: Book, act: TwoOfficerAct, actor: str, verification: Verification) -> Outcome:
    """Perform of ``declaration.override``: released; what it names becomes used by it, so that it serves no other."""
    known = book.get(Lodgement, act.subject)
    if known is None or known.revision != act.content["revision"]:
        return outcome.refuse(acts.ACT_DECIDED, str(act.number), _SIDE, value="overtaken")
    refusal = _not_overridable(book, known, verification)
    if refusal is not None:
        return refusal
    verification.stop_waiting(book, known)
    taken = replace(
        known,
        state=DeclarationState.RESERVED,
        draws=_whole(book, _named(book, known, verification), known.document),
        marks=(*known.marks, OVERRIDDEN),
    )
    verification.take(book, taken)
    done = released(book, taken, actor, verification, _decision(act, actor))
    return Outcome("released", done.number, body={"act": act.number, "certificates": list(done.certificates)})


def _named(book: Book, known: Lodgement, verification: Verification) -> tuple[Standing, ...]:
    return assemble(book, known.document, verification.policy).certificates


def _not_overridable(book: Book, known: Lodgement, verification: Verification) -> Outcome | None:
    number = known.number
    if known.state is not DeclarationState.HELD:
        state = known.state.value
        return outcome.refuse(
            NOT_OVERRIDABLE, number, _SIDE, why_zh=f"它未被扣留 ({state})", why_en=f"it is {state}"
        )
    for one in _named(book, known, verification):
        why = _not_its_own(book, one, known.document)
        if why is not None:
            return outcome.refuse(NOT_OVERRIDABLE, number, _SIDE, why_zh=why.zh, why_en=why.en)
    return None


def _not_its_own(book: Book, one: Standing, declaration: Declaration) -> Text | None:
    """Why a certificate that it names cannot be taken by it: a release that left it free would let it serve twice."""
    name = one.number
    if one.document is None or one.behind or one.ticket:
        return Text(f"证明 {name} 的数据不全", f"customs has not everything about certificate {name}")
    paper = bound_paper(book, name)
    if paper is not None and paper.state is PaperState.CONTESTED:
        return Text(f"证明 {name} 有争议", f"certificate {name} is contested")
    if one.state is not UseState.AVAILABLE and one.declaration != declaration.number:
        return Text(f"证明 {name} 的状态为 {one.state.value}", f"certificate {name} is {one.state.value}")
    if one.document.agent is not None:
        return Text(f"证明 {name} 属于委托方", f"certificate {name} is the principal's")
    if one.document.purpose is not Purpose(declaration.act.value):
        purpose = one.document.purpose.value
        return Text(
            f"证明 {name} 的用途为 {purpose}", f"certificate {name} is for another purpose ({purpose})"
        )
    return None


def _whole(book: Book, standings: Sequence[Standing], declaration: Declaration) -> tuple[Draw, ...]:
    """Every line of its certificates, whole, as far as the goods ledger has any left: nobody has found how much of it is
    this declaration's, so nothing of it is left for another.
    """
    item = declaration.items[0].item if declaration.items else 1
    left: dict[str, int] = {}
    draws = []
    for one in standings:
        for line in one.document.lines if one.document else ():
            quantity = scaled(line.quantity)
            account = (
                goods.exported(book, line.declaration, line.item or 0)
                if line.declaration is not None and declaration.act is not Act.EXPORT
                else None
            )
            if account is not None:
                rest = left.setdefault(account.goods, account.quantity - account.taken)
                wanted = in_unit(quantity, line.unit, account.unit)
                fits = wanted is not None and wanted <= rest
                quantity = quantity if fits else _as_much(rest, account.unit, line.unit)
                left[account.goods] -= in_unit(quantity, line.unit, account.unit) or 0
            draws.append(Draw(item, one.number, line.line, quantity))
    return tuple(draws)


def _as_much(rest: int, unit: str, to: str) -> int:
    """What is left in another unit; nothing where that cannot be said exactly."""
    there = in_unit(rest, unit, to)
    return there if there is not None and in_unit(there, to, unit) == rest else 0


# --- goods of a declaration that was taken back after use ------------------------------------------------


def propose_reopening(book: Book, number: str, ground: str, actor: str) -> Outcome:
    """Propose that the goods of a declaration may have a certificate again."""
    known = book.get(Lodgement, number)
    if known is None:
        return outcome.refuse(outcome.UNKNOWN_DECLARATION, number, _SIDE)
    refusal = _not_reopenable(book, known)
    if refusal is not None:
        return refusal
    content = {"declaration": number, "certificates": list(known.certificates)}
    return acts.proposed(acts.propose(book, ActKind.REOPEN_GOODS, number, content, ground, actor))


def approve_reopening(book: Book, act: TwoOfficerAct, actor: str, verification: Verification) -> Outcome:
    """Perform of ``goods.reopen``: the goods return to the ledgers of both sides, the numbers stay used."""
    known = book.get(Lodgement, act.subject)
    if known is None:
        return outcome.refuse(outcome.UNKNOWN_DECLARATION, act.subject, _SIDE)
    refusal = _not_reopenable(book, known)
    if refusal is not None:
        return refusal
    decision = _decision(act, actor)
    book.put(reopened(book, known))
    for certificate in known.certificates:
        book.note(
            actor, "certificate.goods_reopened", certificate, known.number, decision=decision.model_dump()
        )
        tell(book, GoodsReopened(number=certificate, declaration=known.number, decision=decision))
    related = known.document.related or known.number
    verification.wake(book, [f"export:{related}"])
    return Outcome(
        "reopened", known.number, body={"act": act.number, "certificates": list(known.certificates)}
    )


def reopened(book: Book, known: Lodgement) -> Lodgement:
    """The declaration after its goods went back: it still names its certificates and draws nothing of them."""
    goods.give_back(book, known.counted)
    nothing = tuple(replace(draw, quantity=0) for draw in known.draws)
    return replace(known, draws=nothing, marks=(*known.marks, REOPENED), changed_at=book.now)


def _not_reopenable(book: Book, known: Lodgement) -> Outcome | None:
    why: tuple[str, str] | None = None
    missing = [one for one in known.certificates if book.get(Copy, one) is None]
    if not {TAKEN_BACK, AFTER_USE} & set(known.marks) or known.state.is_open:
        why = ("它没有在使用证明后撤销或关闭", "it was not taken back after use")
    elif REOPENED in known.marks:
        why = ("已经恢复过", "they have been reopened before")
    elif not known.certificates:
        why = ("它没有使用证明", "it has used no certificate")
    elif missing:
        why = (f"证明 {missing[0]} 的电子数据未到", f"the record of certificate {missing[0]} has not come")
    if why is None:
        return None
    return outcome.refuse(NOT_TAKEN_BACK, known.number, _SIDE, why_zh=why[0], why_en=why[1])


# --- a use that was wrong ---------------------------------------------------------------------------------


def propose_move(
    book: Book, certificate: str, to: str, ground: str, actor: str, verification: Verification
) -> Outcome:
    """Propose that a use belongs to another declaration, which is held for want of it."""
    holding = book.get(Holding, certificate)
    if holding is None and book.get(Copy, certificate) is None:
        return outcome.refuse(outcome.UNKNOWN_CERTIFICATE, certificate, _SIDE)
    content = {"certificate": certificate, "from": (holding and holding.declaration) or "", "to": to}
    act = acts.propose(book.trial(), ActKind.MOVE_USE, certificate, content, ground, actor)
    refusal = approve_move(book.trial(), act, "", verification)
    if refusal.refused:
        return refusal
    return acts.proposed(acts.propose(book, ActKind.MOVE_USE, certificate, content, ground, actor))


def approve_move(book: Book, act: TwoOfficerAct, actor: str, verification: Verification) -> Outcome:
    """Perform of ``use.move``: the certificate stays used, now by the declaration whose it is, if that passes with it."""
    number, before, to = act.subject, act.content["from"], act.content["to"]
    holding, known, other = book.get(Holding, number), book.get(Lodgement, before), book.get(Lodgement, to)
    why = _not_movable(book, number, holding, (known, other), before)
    if why is not None or known is None or other is None:
        return _unmoved(number, to, why or Text("报关单不存在", "there is no such declaration"))
    decision = _decision(act, actor)
    was = drawn_of(known.draws, number)
    book.put(parted(book, known, number))
    book.put(Holding(number, UseState.USED, to, book.now))
    told = {"moved_from": before, "decision": decision.model_dump()}
    book.note(actor, "certificate.moved", number, to, **told)
    (settled,) = verification.verify(book, [other])
    now = drawn_of(settled.draws, number)
    if settled.state is not DeclarationState.RESERVED or not now:
        codes = ", ".join(dict.fromkeys(one["code"] for one in settled.comparison["findings"]))
        return _unmoved(
            number, to, Text(f"该报关单仍不相符 ({codes})", f"it does not fit all the same ({codes})")
        )
    if any(quantity > was.get(line, 0) for line, quantity in now.items()):
        return _unmoved(number, to, Text("用量超过已用量", "it takes more than was used"))
    book.put(replace(settled, due=None))  # what is used already cannot be given back
    drawn = {line: str(quantity) for line, quantity in sorted(now.items())}
    told_tax = {"number": number, "declaration": to, "moved_from": before, "digest": settled.digest}
    tell(book, CertificateMoved(**told_tax, drawn=drawn, decision=decision))
    verification.wake(book, [f"export:{known.document.related}"] if known.document.related else [], but=to)
    return Outcome("moved", number, body={"act": act.number, "from": before, "declaration": to})


def parted(book: Book, known: Lodgement, certificate: str) -> Lodgement:
    """The declaration after a certificate that it had used turned out to be another's."""
    given = tuple(draw for draw in known.counted if draw.certificate == certificate)
    goods.give_back(book, given)
    kept = tuple(draw for draw in known.draws if draw.certificate != certificate)
    return replace(known, draws=kept, marks=(*known.marks, MOVED), changed_at=book.now)


def _not_movable(
    book: Book,
    number: str,
    holding: Holding | None,
    between: tuple[Lodgement | None, Lodgement | None],
    before: str,
) -> Text | None:
    known, other = between
    if holding is None or holding.state is not UseState.USED or holding.declaration != before:
        return Text("它未被使用, 或使用者已变", "it is not used, or not by the same declaration any more")
    if bound_paper(book, number) is not None or book.get(Copy, number) is None:
        return Text("它凭纸质办理", "it is handled on paper")
    if known is None or known.state.is_open or REOPENED in known.marks:
        return Text(f"报关单 {before} 未办结", f"declaration {before} is not finished")
    if other is None or other.state is not DeclarationState.HELD:
        return Text("该报关单未被扣留", "that declaration is not held")
    return None


def _unmoved(number: str, to: str, why: Text) -> Outcome:
    return outcome.refuse(NOT_MOVABLE, number, _SIDE, value=to, why_zh=why.zh, why_en=why.en)


def _decision(act: TwoOfficerAct, second: str) -> Decision:
    return Decision(ground=act.ground, proposed_by=act.proposed_by, approved_by=second)
