"""Errors of access: who asks, for what, from where, and what may be granted to whom."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError, UnknownName


class UnknownScope(UnknownName):
    """A scope that there is not."""

    code = "unknown_scope"
    template = "There is no scope {name!r}{meant}; there are {known}."


class ScopesExclude(RiskwarnError):
    """Scopes that one caller may not have together."""

    code = "scopes_exclude"
    template = "The scopes {scope} and {other} exclude each other: whoever administers reads no scores, and administers one thing alone. Make two keys."


class NetworkInvalid(RiskwarnError):
    """A network that is none."""

    code = "network_invalid"
    template = "{network!r} is no network: write 10.20.0.0/16, 10.20.3.4 or fd00:20::/32, without bits behind the mask."


class UnknownArea(RiskwarnError):
    """A unit that the city does not have."""

    code = "unknown_area"
    template = "There is no unit {code!r} in the city{meant}: write the code of a district, town, community or grid of today{districts}."

    def __init__(self, *, meant: str = "", districts: str = "", **fields: object) -> None:
        super().__init__(meant=meant, districts=districts, **fields)


class AreaAmbiguous(RiskwarnError):
    """A code that units of several kinds bear."""

    code = "area_ambiguous"
    template = "{code!r} is the code of several units: write {ways}."


class TermInvalid(RiskwarnError):
    """A term that ends nowhere or too late."""

    code = "term_invalid"
    template = "A key or an operator is granted for 1 to {most} days: {days} is refused."


class UnknownKey(RiskwarnError):
    """A key that there is not."""

    code = "unknown_key"
    template = "There is no key with the id {id!r}: riskwarn keys list shows them."
    status = 404


class UnknownOperator(RiskwarnError):
    """An operator that there is not."""

    code = "unknown_operator"
    template = "There is no operator with the id {id!r}: riskwarn operators list shows them."
    status = 404


class GrantOver(RiskwarnError):
    """A key or an operator that is revoked or has ended."""

    code = "grant_over"
    template = "{id} is over ({state}): create another."
    status = 409


class GrantRefused(RiskwarnError):
    """Somebody grants who may not."""

    code = "grant_refused"
    template = "You may not grant, confirm or revoke: it takes the scope security, of a key (RISKWARN_KEY) or an operator in force ({problem})."
    status = 403


class ConfirmationRefused(RiskwarnError):
    """Who granted wants to confirm too."""

    code = "confirmation_refused"
    template = "{id} was granted by {by}: another has to confirm it, a security administrator by a sign-in or a key of that one's own (RISKWARN_KEY), or the owner of the home without any."
    status = 409


class ConfirmedBefore(RiskwarnError):
    """A grant that is confirmed already."""

    code = "confirmed_before"
    template = "{id} is confirmed already."
    status = 409


class GrantWaits(RiskwarnError):
    """Another change of an operator while one waits that somebody else made."""

    code = "grant_waits"
    template = "A change of {id} by {by} waits: confirm it (riskwarn operators confirm {id}) or revoke the operator before anything else of it is changed."
    status = 409


class UnknownGrant(RiskwarnError):
    """A key or an operator that there is not, or not for this caller."""

    code = "unknown_grant"
    template = "There is no operator and no key {id!r} for you: GET /v1/grants lists them."
    status = 404


class AuditOfCity(RiskwarnError):
    """Somebody of a part of the city reads the audit."""

    code = "audit_of_city"
    template = "The audit is of the whole city, and you were granted a part of it: it is read by who was granted all."
    status = 403


class SuspensionOfCity(RiskwarnError):
    """Somebody of a part of the city sees or decides what is suspended."""

    code = "suspension_of_city"
    template = "A target is suspended in the whole city, and you were granted a part of it: it is decided by who was granted all."
    status = 403


class KeyNeeded(RiskwarnError):
    """A request without a key."""

    code = "key_needed"
    template = "A key is needed: send it as Authorization: Bearer rw_…"
    status = 401


class KeyRefused(RiskwarnError):
    """A key that does not open, or no longer."""

    code = "key_refused"
    template = "The key is refused: {problem}."
    status = 401


class NetworkRefused(RiskwarnError):
    """A key in a network for which it was not granted."""

    code = "network_refused"
    template = "The key may not be used from this address."
    status = 403


class ScopeNeeded(RiskwarnError):
    """A caller without the scope that a route needs."""

    code = "scope_needed"
    template = "This needs the scope {needed}, which was not granted to you."
    status = 403


class TooManyRequests(RiskwarnError):
    """A caller who asks more often than is allowed."""

    code = "too_many_requests"
    template = "More was asked than the limit allows: ask again after {seconds} s."
    status = 429


class ApprovalNeeded(RiskwarnError):
    """A file of more rows than one person may take away alone."""

    code = "approval_needed"
    template = (
        "This file has {rows} rows: more than {most} need a reason and a second person. Ask for it with POST /v1/exports, "
        "have another operator approve it, and give approval=ID."
    )
    status = 403


class ApprovalNotNeeded(RiskwarnError):
    """A file that needs no second person."""

    code = "approval_not_needed"
    template = "This file has {rows} rows and needs no approval: ask for it as it is."
    status = 409


class UnknownApproval(RiskwarnError):
    """An approval that there is not, or not for this caller."""

    code = "unknown_approval"
    template = "There is no approval {id!r} for you: GET /v1/exports lists them."
    status = 404


class ApprovalRefused(RiskwarnError):
    """Somebody decides on a file who may not."""

    code = "approval_refused"
    template = "You may not decide on {id}: {problem}."
    status = 403


class ApprovalUnusable(RiskwarnError):
    """An approval that does not, or no longer, open what is asked for."""

    code = "approval_unusable"
    template = "The approval {id} does not serve: {problem}."
    status = 409


class SubjectInvalid(RiskwarnError):
    """What a sign-on calls somebody, which it cannot."""

    code = "subject_invalid"
    template = "A subject has 1 to {most} printable characters, none of them a blank at either end."


class SubjectTaken(RiskwarnError):
    """A subject that another operator has."""

    code = "subject_taken"
    template = "The operator {id} has this subject already: revoke that one first, or write another subject."
    status = 409


class SignInRefused(RiskwarnError):
    """Somebody is not signed in."""

    code = "sign_in_refused"
    template = "You are not signed in: {problem}."
    status = 401


class SubjectUnknown(RiskwarnError):
    """Somebody whom the sign-on knows, and nobody here does."""

    code = "subject_unknown"
    template = "You are known to the sign-on, but there is no operator in force for you here: ask your security administrator for one."
    status = 403


class SignInLocked(RiskwarnError):
    """Too many wrong keys were typed."""

    code = "sign_in_locked"
    template = "Signing in with a key is locked after too many wrong ones: try again in {minutes} minutes."
    status = 429

    def __init__(self, *, minutes: int) -> None:
        super().__init__(minutes=minutes)
        self.minutes = minutes


class SignInNeedsTls(RiskwarnError):
    """A sign-in over a connection that others may read."""

    code = "sign_in_needs_tls"
    template = "Signing in takes https beyond this machine: give the server its certificate (serve --tls-cert, --tls-key), or name the gateway that has one (serve --proxy)."
    status = 403


class TlsNeeded(RiskwarnError):
    """``serve`` was asked to listen beyond loopback without TLS."""

    code = "tls_needed"
    template = "--host {host} is refused without TLS: give --tls-cert and --tls-key, or name the gateway that has them with --proxy."


class SignOnFailed(RiskwarnError):
    """The city's sign-on cannot be used."""

    code = "sign_on_failed"
    template = "The sign-on cannot be used: {problem}."
    status = 503


class GatewayRefused(RiskwarnError):
    """A header of identity that does not come from the declared gateway."""

    code = "gateway_refused"
    template = "A header says who you are, but it does not come from the declared gateway: the request is refused."
    status = 403
