"""The points that no source settles: every setting, each of its values, and where it takes effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from pydantic import ValidationError

from hefu.documents.readers.decmessage import read_decmessage
from hefu.documents.readers.decmessage_writer import write_decmessage
from hefu.protocol import tax
from hefu.protocol.book import Book
from hefu.protocol.customs import Gate
from hefu.protocol.messages import CertificateIssued
from hefu.protocol.records import Key, Record
from hefu.protocol.verification import Verification
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from tests.builders import certificate, declaration, line
from tests.rules.pairs import ACTS, OTHER_EXPORT, codes, pair

R = TypeVar("R", bound=Record)
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
RETURN = "530120261000000001"

SCOPES = {
    "broad": {"export", "return", "amendment", "withdrawal"},
    "announcement-256": {"return", "amendment", "withdrawal"},
}
CHANGED: dict[str, Any] = {
    "scope": "announcement-256",
    "original_unknown": "hold",
    "return_window_months": 13,
    "ecommerce_window_months": 7,
    "window_months_by_mode": {"1210": 6},
    "reservation_days": 15,
    "used_at": "passing",
    "certificate_pattern": "[A-Z]{4}[0-9]{4}",
    "tolerances": [{"unit": "035", "percent": "1", "amount": "2"}],
    "value_percent": "6",
    "value_amount": "2",
    "rates": {"202602": {"EUR": "7.8", "USD": "7.1"}},
    "repaid_amount": "1",
    "goods_similarity": 41,
    "former_names": {"91110000101623741K": ["旧名"]},
    "successors": {"91110000101623741K": "911101066976941872"},
    "hs_changes": [{"since": "2026-01-01", "old": "6109100000", "new": "6109100010", "source": "test"}],
    "certificate_lines": "several",
    "license_code": "Y",
}


def _policy(**settings: Any) -> Policy:
    return Policy.model_validate(settings)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("act", [*ACTS, "other"])
def test_the_scope_says_which_acts_need_a_certificate(scope: str, act: str) -> None:
    number = {"number": "530120261000000005"} if act == "other" else {}
    lodged = declaration(act, certificates=None, **number)
    assert _policy(scope=scope).needs_certificate(lodged) is (act in SCOPES[scope])


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("act", ACTS)
def test_in_scope_an_act_without_certificate_is_held_and_out_of_scope_it_passes(scope: str, act: str) -> None:
    bare = pair(act, decl={"certificates": None}, certificates=())
    expected = ["certificate.missing"] if act in SCOPES[scope] else []
    assert codes(bare, _policy(scope=scope)) == expected


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("act", ACTS)
def test_a_sound_pair_passes_in_every_scope(scope: str, act: str) -> None:
    assert codes(pair(act), _policy(scope=scope)) == []


def test_the_defaults_are_those_of_the_design() -> None:
    told = Policy().model_dump(mode="json")
    weights = {(one["unit"], one["percent"], one["amount"], one["hs"]) for one in told.pop("tolerances")}
    assert ("035", "0.5", "1", "") in weights
    assert {percent for _, percent, _, _ in weights} == {"0.5"}
    assert told == {
        "scope": "broad",
        "original_unknown": "warn",
        "return_window_months": 12,
        "ecommerce_window_months": 6,
        "window_months_by_mode": {},
        "reservation_days": 14,
        "used_at": "release",
        "certificate_pattern": "",
        "value_percent": "5",
        "value_amount": "1",
        "rates": {},
        "repaid_amount": "0.01",
        "goods_similarity": 40,
        "former_names": {},
        "successors": {},
        "hs_changes": [],
        "certificate_lines": "one-declaration",
        "license_code": "",
    }


def test_every_setting_says_what_it_is() -> None:
    assert all(len(field.description or "") > 20 for field in Policy.model_fields.values())
    assert set(CHANGED) == set(Policy.model_fields)


@pytest.mark.parametrize("name", CHANGED)
def test_every_setting_is_part_of_the_digest(name: str) -> None:
    assert _policy(**{name: CHANGED[name]}).digest != Policy().digest


def test_equal_policies_have_equal_digests_however_they_were_written() -> None:
    assert _policy(**CHANGED).digest == _policy(**dict(reversed(CHANGED.items()))).digest
    assert _policy(scope="broad").digest == Policy().digest


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "narrow"},
        {"original_unknown": "pass"},
        {"certificate_lines": "any"},
        {"return_window_months": 0},
        {"ecommerce_window_months": 0},
        {"reservation_days": 0},
        {"reservation_days": -1},
        {"reservation_hours": 1},
        {"window_months_by_mode": {"1210": 0}},
        {"window_months_by_mode": {"1210": 121}},
        {"return_window_months": 121},
        {"ecommerce_window_months": 121},
        {"reservation_days": 366},
        {"used_at": "never"},
        {"certificate_pattern": "["},
        {"tolerances": [{"unit": "无此单位", "percent": "1", "amount": "2"}]},
        {"tolerances": [{"unit": "035", "percent": "101", "amount": "2"}]},
        {"value_percent": "-1"},
        {"value_amount": "-1"},
        {"rates": {"202613": {"EUR": "7.8"}}},
        {"rates": {"202612": {"EUR": "0"}}},
        {"repaid_amount": "-0.01"},
        {"goods_similarity": 101},
        {"former_names": {"1": ["旧名"]}},
        {"successors": {"91110000101623741K": "1"}},
        {"hs_changes": [{"since": "2026-01-01", "old": "61", "new": "6109100010", "source": "test"}]},
    ],
    ids=str,
)
def test_what_is_no_value_of_a_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(wrong)


@pytest.mark.parametrize("name", ["return_window_months", "ecommerce_window_months", "reservation_days"])
def test_the_shortest_period_is_one(name: str) -> None:
    assert getattr(_policy(**{name: 1}), name) == 1


@pytest.mark.parametrize(
    ("name", "longest"),
    [("return_window_months", 120), ("ecommerce_window_months", 120), ("reservation_days", 365)],
)
def test_the_longest_period_is_ten_years_or_one_year_of_days(name: str, longest: int) -> None:
    assert getattr(_policy(**{name: longest}), name) == longest
    assert _policy(window_months_by_mode={"1210": 120}).window_months_by_mode == {"1210": 120}


def test_a_policy_cannot_be_changed_in_use() -> None:
    with pytest.raises(ValidationError):
        Policy().scope = "announcement-256"  # type: ignore[misc]


class Memory:
    """A store of records in a dictionary, as a book needs it."""

    def __init__(self) -> None:
        self.records: dict[tuple[type[Any], Key], Any] = {}

    def fetch(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        return {key: self.records[kind, key] for key in keys if (kind, key) in self.records}

    def find(self, kind: type[R], field: str, value: str) -> list[R]:
        held = [one for (its, _), one in self.records.items() if its is kind]
        return [one for one in held if getattr(one, field) == value]

    def commit(self, book: Book) -> None:
        for place, change in book.changes.items():
            if change.after is None:
                self.records.pop(place, None)
            else:
                self.records[place] = change.after


def _reserved(policy: Policy) -> tuple[Gate, Memory]:
    gate, store = Gate(Verification(policy, CURRENT, compare)), Memory()
    book = Book(store, NOW)
    gate.receive(book, CertificateIssued(number="BSWT0001", certificate=certificate()), "tax")
    (outcome,) = gate.lodge(book, [declaration()], "broker")
    assert outcome.status == "reserved"
    store.commit(book)
    return gate, store


@pytest.mark.parametrize("days", [1, 14, 30])
def test_a_reservation_lasts_as_long_as_the_policy_says_and_no_longer(days: int) -> None:
    gate, store = _reserved(_policy(reservation_days=days))
    end = NOW + timedelta(days=days)
    early = gate.expire(Book(store, end - timedelta(microseconds=1)), RETURN, "clock")
    assert early.status == "not_due"
    book = Book(store, end)
    assert gate.expire(book, RETURN, "clock").status == "refused"
    assert "certificate.freed" in [entry.event for entry in book.journal]


@pytest.mark.parametrize(
    ("setting", "status"),
    [("one-declaration", "certificate.several_declarations"), ("several", "issued")],
)
def test_lines_of_several_export_declarations_are_what_the_policy_says(setting: str, status: str) -> None:
    lines = [line(), line(line=2, declaration=OTHER_EXPORT)]
    outcome = tax.issue(
        Book(Memory(), NOW), certificate(lines=lines), "officer", _policy(certificate_lines=setting)
    )
    assert (outcome.status, outcome.refused) == (status, setting == "one-declaration")


@pytest.mark.parametrize("setting", ["one-declaration", "several"])
def test_lines_of_one_export_declaration_are_issued_under_either_policy(setting: str) -> None:
    lines = [line(), line(line=2, item=2)]
    outcome = tax.issue(
        Book(Memory(), NOW), certificate(lines=lines), "officer", _policy(certificate_lines=setting)
    )
    assert outcome.status == "issued"


@pytest.mark.parametrize(
    ("license_code", "found"),
    [("", ("AAA", "BBB")), ("Y", ("AAA",)), ("Z", ("BBB",)), ("Q", ())],
)
def test_the_document_code_selects_the_certificates_of_a_message(
    license_code: str, found: tuple[str, ...]
) -> None:
    lodged = declaration(certificates=[{"number": "AAA"}, {"number": "BBB"}])
    told = write_decmessage(lodged).decode()
    for number, code in (("AAA", "Y"), ("BBB", "Z")):
        told = told.replace(f"<CertCode>{number}", f"<DocuCode>{code}</DocuCode><CertCode>{number}")
    read = read_decmessage(told.encode(), "message.xml", license_code=license_code)
    assert read.certificate_numbers() == found
