"""Structured e-invoices (XML), read by element names that a mapping tells, since no official schema has been found."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from lxml import etree

from hefu import errors
from hefu.documents.readers import records
from hefu.documents.refusal import shown
from hefu.errors import HefuError, Problem, Text
from hefu.procedures.dossier.papers import Held, Kind, Paper, nested

NOT_ONE = errors.kind(
    "dossier.not_an_invoice",
    http=422,
    message=Text(
        "{file}: 根元素 {value} 中没有找到发票号码 ({names})",
        "{file}: no invoice number under the root {value} (looked for {names})",
    ),
    cure=Text(
        "既非报关单报文也非已知的电子发票: 用 --mapping 指明各字段所在的元素, 写法见 docs/dossier.md",
        "neither a declaration message nor an e-invoice that is known: say with --mapping which elements hold the"
        " fields, as docs/dossier.md shows",
    ),
)
SEVERAL = errors.kind(
    "dossier.invoice_several",
    http=422,
    message=Text(
        "{file}: {place}: {field} 有几个不同的值: {value}",
        "{file}: {place}: several values of {field}: {value}",
    ),
    cure=Text(
        "用 --mapping 写出更确切的路径, 如 Seller/Name; 一个文件只放一张发票",
        "give a more exact path with --mapping, such as Seller/Name; one invoice a file",
    ),
)
MAPPING = errors.kind(
    "dossier.mapping",
    http=422,
    message=Text("{file}: {place}: {value}: {rule_zh}", "{file}: {place}: {value}: {rule_en}"),
    cure=Text(
        '两节 [invoice] 和 [line], 每行 字段 = ["元素名"]; 写法见 docs/dossier.md',
        'two sections, [invoice] and [line], and lines field = ["element"]; docs/dossier.md shows it',
    ),
)
_EACH: Final = "each"


@dataclass(frozen=True, slots=True)
class InvoiceMapping:
    """Element names by field, of the invoice and of its lines."""

    invoice: Mapping[str, tuple[str, ...]]
    line: Mapping[str, tuple[str, ...]]


@cache
def default() -> InvoiceMapping:
    """The mapping that comes with the program."""
    told = tomllib.loads((files(__package__ or "") / "invoice.toml").read_text("utf-8"))
    return InvoiceMapping(
        *({name: tuple(many) for name, many in told[part].items()} for part in ("invoice", "line"))
    )


def load(file: Path) -> InvoiceMapping:
    """The default with the lines of a file in their place. Raises ``dossier.mapping`` with all that is wrong."""
    try:
        told = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        errors.fail(
            MAPPING, file=str(file), value=error.strerror or error, rule_zh="读不了", rule_en="cannot be read"
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        errors.fail(MAPPING, file=str(file), value=error, rule_zh="不是 TOML", rule_en="is no TOML")
    wrong: list[Problem] = []
    own = default()
    made: dict[str, dict[str, tuple[str, ...]]] = {"invoice": dict(own.invoice), "line": dict(own.line)}
    for part, lines in told.items():
        if part not in made or not isinstance(lines, dict):
            wrong.append(_wrong(file, part, lines, Text("没有这一节", "there is no such section")))
            continue
        for name, many in lines.items():
            place = f"{part}.{name}"
            if name not in made[part]:
                wrong.append(_wrong(file, place, many, Text("没有这个字段", "there is no such field")))
            elif not (isinstance(many, list) and many and all(isinstance(one, str) and one for one in many)):
                rule = Text("应为元素名的列表", "must be a list of element names")
                wrong.append(_wrong(file, place, many, rule))
            else:
                made[part][name] = tuple(many)
    if wrong:
        raise HefuError(*wrong)
    return InvoiceMapping(made["invoice"], made["line"])


def _wrong(file: Path, place: str, value: Any, rule: Text) -> Problem:
    told = {"rule_zh": rule.zh, "rule_en": rule.en}
    return Problem(MAPPING, place, shown(value), str(file), details=told)


def read_invoice(root: etree._Element, file: str, mapping: InvoiceMapping) -> Held:
    """The invoice in an XML document that was parsed safely (``readers.limits.xml_root``).

    An invoice whose buyer has no taxpayer number is the exporter's own, any other one is of a purchase (assumption: a
    buyer abroad has none). Raises ``dossier.not_an_invoice``, ``dossier.invoice_several``, ``document.field``.
    """
    cells: dict[str, str] = {}
    apart = [element for name in mapping.line[_EACH] for element in _under(root, name)]
    values = _values(root, mapping.invoice, file, cells, apart)
    if "number" not in values:
        names = ", ".join(mapping.invoice["number"])
        errors.fail(NOT_ONE, file=file, value=shown(etree.QName(root).localname), names=names)
    lines = []
    for place, element in enumerate(apart):
        own: dict[str, str] = {}
        fields = {name: many for name, many in mapping.line.items() if name != _EACH}
        lines.append(_values(element, fields, file, own))
        cells |= {f"lines[{place}].{name}": told for name, told in own.items()}
    if "day" in values:
        values["day"] = _day(values["day"])
    told = nested(values)
    is_bought = "uscc" in told.get("buyer", {})
    told |= {"kind": Kind.PURCHASE_INVOICE if is_bought else Kind.EXPORT_INVOICE, "lines": lines}
    if "amount" in told and "currency" not in told:
        told["currency"] = "CNY"

    def place_of(path: tuple[int | str, ...]) -> str:
        name = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path).lstrip(".")
        return cells.get(name) or cells.get(name.replace(".", "_", 1)) or cells.get(str(path[0]), name)

    return Held(records.build(Paper, told, file, place_of), file, "", cells)


def _values(
    root: etree._Element,
    names: Mapping[str, Sequence[str]],
    file: str,
    cells: dict[str, str],
    apart: Iterable[etree._Element] = (),
) -> dict[str, Any]:
    """The values of fields under an element, each by the first of its names that is there; what stands in a line of the
    invoice is the line's.
    """
    within = set(apart)
    told: dict[str, Any] = {}
    for field, many in names.items():
        for name in many:
            found = [
                one
                for one in _under(root, name)
                if not within or not any(above in within for above in one.iterancestors())
            ]
            texts = dict.fromkeys(text for one in found if (text := _text(one)))
            if len(texts) > 1:
                value = ", ".join(shown(text) for text in list(texts)[:4])
                errors.fail(SEVERAL, file=file, place=_at(found[1]), value=value, field=field)
            if texts:
                told[field] = next(iter(texts))
                cells[field] = _at(next(one for one in found if _text(one)))
                break
    return told


def _under(root: etree._Element, path: str) -> list[etree._Element]:
    """Elements by local names, the last of which is theirs and the others those above it."""
    *above, last = path.split("/")
    found = [one for one in root.iter() if etree.QName(one).localname == last]
    return [one for one in found if _names_above(one, len(above)) == above]


def _names_above(one: etree._Element, many: int) -> list[str]:
    told = [
        etree.QName(parent).localname for parent, _ in zip(one.iterancestors(), range(many), strict=False)
    ]
    return told[::-1]


def _text(one: etree._Element) -> str:
    return str(etree.tostring(one, method="text", encoding="unicode", with_tail=False)).strip()


def _at(one: etree._Element) -> str:
    return f"{etree.QName(one).localname} (line {one.sourceline})"


def _day(text: str) -> str:
    """Days such as 2026年03月05日 as the field's type takes them."""
    return text.replace("年", "-").replace("月", "-").replace("日", "").strip()
