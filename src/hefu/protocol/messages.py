"""What the authorities say to each other. A message belongs to a stream and takes effect in its order.

The stream is the certificate's number, except for an export declaration's own news, which travel
under the declaration's number, and for keys, which travel under ``keys``.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from hefu import errors
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.errors import Text

KEY_STREAM: Final = "keys"
"""The stream of key news."""


Drawn = dict[int, Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]]
"""Quantities by line."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str

    @property
    def stream(self) -> str:
        """The stream it travels in."""
        return KEY_STREAM

    def body(self) -> dict[str, Any]:
        """The message as plain JSON values."""
        return self.model_dump(mode="json", exclude_none=True)


class Decision(BaseModel):
    """What two officers of customs have decided, as it stands in their record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ground: str
    proposed_by: str
    approved_by: str


class _AboutCertificate(_Message):
    number: str

    @property
    def stream(self) -> str:
        """The certificate's number."""
        return self.number


class CertificateIssued(_AboutCertificate):
    """Tax: this certificate is in force. ``replaces`` names the one it supersedes."""

    kind: Literal["certificate.issued"] = "certificate.issued"
    certificate: Certificate
    replaces: str | None = None

    @model_validator(mode="after")
    def _in_its_stream(self) -> Self:
        if self.number != self.certificate.number:
            raise ValueError(f"certificate {self.certificate.number} in the stream of {self.number}")
        return self


class VoidRequested(_AboutCertificate):
    """Tax asks: may I void (or reissue)? ``request`` counts the questions about this certificate."""

    kind: Literal["certificate.void_requested"] = "certificate.void_requested"
    request: int
    reason: str


class VoidGranted(_AboutCertificate):
    """Customs answers: it is withdrawn here and will never be used."""

    kind: Literal["certificate.void_granted"] = "certificate.void_granted"
    request: int


class VoidRefused(_AboutCertificate):
    """Customs answers: no, ``declaration`` has reserved or used it."""

    kind: Literal["certificate.void_refused"] = "certificate.void_refused"
    request: int
    state: Literal["reserved", "used"]
    declaration: str


class CertificateReserved(_AboutCertificate):
    """Customs tells: a declaration that passed the comparison holds it until release."""

    kind: Literal["certificate.reserved"] = "certificate.reserved"
    declaration: str


class CertificateFreed(_AboutCertificate):
    """Customs tells: the declaration that had reserved it will not be released."""

    kind: Literal["certificate.freed"] = "certificate.freed"
    declaration: str
    why: str


class CertificateUsed(_AboutCertificate):
    """Customs feeds back the use (Announcement 256 art. 2): final. ``drawn`` maps line numbers to
    quantities in the line's unit, scaled by 10^5 and written as text (they exceed JSON's safe integers). ``digest`` is
    that of the declaration's document, so that it can be known again.
    """

    kind: Literal["certificate.used"] = "certificate.used"
    declaration: str
    digest: str = ""
    drawn: Drawn


class CertificateMarked(_AboutCertificate):
    """Customs tells: the declaration that used it was withdrawn after release; it stays used."""

    kind: Literal["certificate.marked"] = "certificate.marked"
    declaration: str
    mark: str


class CertificateMoved(_AboutCertificate):
    """Customs tells: it had been used by ``moved_from`` wrongly; two officers have put ``declaration`` in its place. It
    stays used. ``drawn`` and ``digest`` as in :class:`CertificateUsed`.
    """

    kind: Literal["certificate.moved"] = "certificate.moved"
    declaration: str
    moved_from: str
    digest: str = ""
    drawn: Drawn
    decision: Decision


class GoodsReopened(_AboutCertificate):
    """Customs tells: the declaration that used it was taken back, and two officers have found that its goods may have
    a certificate again. The number stays used.
    """

    kind: Literal["certificate.goods_reopened"] = "certificate.goods_reopened"
    declaration: str
    decision: Decision


class CertificatePresented(_AboutCertificate):
    """Customs tells: in a contingency (``ticket``) it was presented on paper for a declaration, which has its number; and
    once more, with the ``digest`` of the declaration's document, when it was used on the paper before its record came.
    """

    kind: Literal["certificate.presented"] = "certificate.presented"
    declaration: str
    ticket: str
    digest: str = ""


class CertificateUnknown(_AboutCertificate):
    """Tax answers: no certificate in force has the number that was presented on paper."""

    kind: Literal["certificate.unknown"] = "certificate.unknown"
    declaration: str


class ExportReleased(_Message):
    """Customs feeds the export declaration in force to the goods ledger of tax (feeds 201, 202). ``decision``: two
    officers have released it though it was held. ``amended_by``: the act that has made this version.
    """

    kind: Literal["export.released"] = "export.released"
    declaration: Declaration
    revision: int
    decision: Decision | None = None
    amended_by: str | None = None

    @property
    def stream(self) -> str:
        """The declaration's number."""
        return self.declaration.number


class KeyAnnounced(_Message):
    """Either side: from ``not_before`` this key signs for me too. Signed with a key already trusted."""

    kind: Literal["key.announced"] = "key.announced"
    key_id: str
    algorithm: str
    public_key: str
    not_before: str


class KeyRetired(_Message):
    """Either side: this key of mine is not to be trusted for anything signed after ``not_after``."""

    kind: Literal["key.retired"] = "key.retired"
    key_id: str
    not_after: str


Message = Annotated[
    CertificateIssued
    | VoidRequested
    | VoidGranted
    | VoidRefused
    | CertificateReserved
    | CertificateFreed
    | CertificateUsed
    | CertificateMarked
    | CertificateMoved
    | GoodsReopened
    | CertificatePresented
    | CertificateUnknown
    | ExportReleased
    | KeyAnnounced
    | KeyRetired,
    Field(discriminator="kind"),
]
"""Every message of the link."""

_ADAPTER: TypeAdapter[Message] = TypeAdapter(Message)

UNREADABLE = errors.kind(
    "message.unreadable",
    http=422,
    message=Text(
        "对方的报文 {place} 无法识别: {value}", "message {place} of the peer is not one of ours: {value}"
    ),
    cure=Text(
        "双方升级到相同的协议版本后重发", "bring both sides to the same protocol version and send again"
    ),
)


def parse(body: dict[str, Any], place: str) -> Message:
    """The typed message of a body. Raises ``message.unreadable`` naming every field that is wrong."""
    try:
        return _ADAPTER.validate_python(body, strict=False)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        errors.fail(UNREADABLE, place=place, value=wrong)
