"""Notices as mail, by the server that the configuration names."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from riskwarn.receivers import Mail
from serving.delivery.addresses import Allowed
from serving.delivery.connecting import AddressRefused, GuardedMail
from serving.delivery.messages import Message
from serving.delivery.outcomes import DELIVERED, Outcome
from serving.delivery.payload import said_of, text_of

SECONDS = 15.0


def letter(declared: Mail, to: str, message: Message, language: str) -> EmailMessage:
    """A message as mail: the first line of its text is the subject, and a change stands under what it changes."""
    text = text_of(message, language)
    made = EmailMessage()
    made["From"], made["To"] = declared.sender, to
    made["Subject"] = said_of(message, language)["head"].strip()
    made["Date"] = message.sent_at
    made["Message-ID"] = _id(declared, message.id)
    if message.references:
        made["References"] = " ".join(_id(declared, identity) for identity, _ in message.references)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text, cte="base64")
    return made


def _id(declared: Mail, identity: str) -> str:
    return f"<{identity}@{declared.sender.rpartition('@')[2]}>"


def send(declared: Mail, allowed: Allowed, password: str | None, made: EmailMessage) -> Outcome:
    """Hand mail over. What is refused for now is tried again; an address that there is not is gone."""
    context = None if declared.tls == "none" else ssl.create_default_context()
    try:
        with GuardedMail(
            allowed, declared.host, declared.port, SECONDS, context if declared.tls == "tls" else None
        ) as server:
            if declared.tls == "starttls":
                server.starttls(context=context)
            if declared.user is not None and password is not None:
                server.login(declared.user, password)
            server.send_message(made)
    except AddressRefused:
        return Outcome(False, "address_refused")
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return Outcome(False, f"smtp_{codes[0]}", gone=codes == [550])
    except smtplib.SMTPResponseException as error:
        return Outcome(False, f"smtp_{error.smtp_code}")
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(False, _word(error))
    return DELIVERED


def _word(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError) else "tls" if isinstance(error, ssl.SSLError) else "unreachable"
