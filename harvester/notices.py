"""Notices: after a run the department learns by mail and by a signed webhook what it must mend; deliveries are logged.

Nothing here stops a run or is part of one: what cannot be delivered is a line in the log.
"""

from __future__ import annotations

import hashlib
import hmac
import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import orjson
from sqlalchemy import insert, select

from harvester import connections, reports
from harvester.connections import Connection
from harvester.faults import Fetching
from harvester.fetch import Fetcher, Limits
from harvester.guard import Allowed
from harvester.jobs import Run
from harvester.orm import DeliveryRow, SourceRow
from harvester.reports import Cause
from publisher.auth import SYSTEM, Permission
from publisher.wiring import Platform
from publisher.work import Work
from schemas.text import Text

SECONDS = 20
TOLD = 10
TROUBLE = frozenset({"refused", "held", "conflict"})
FATES = frozenset({"table-held", "table-badged"})
STATES = {
    "done": Text("完成", "done"),
    "failed": Text("失败", "failed"),
    "held": Text("等待人工放行", "waits for a person's release"),
    "cancelled": Text("已取消", "cancelled"),
}


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to tell somebody about a run: `detail` says why it did not arrive."""

    run_id: str
    at: datetime
    kind: str
    target: str
    arrived: bool
    detail: str


def tell(platform: Platform, run: Run) -> list[Delivery]:
    """Tell everybody who asked for it about a run that is over or held; answer what was tried."""
    with platform.read(SYSTEM) as work:
        connection = connections.get(work, run.source_id)
        wanted = connection.notify_on == "always" or troubled(run)
        if not wanted or not (connection.notify or connection.webhook):
            return []
        secrets = dict(work.session.get_one(SourceRow, connection.id).secrets)
        causes = reports.causes(work, run.id)
    tried = [*_mails(platform, connection, run, causes), *_hooks(platform, connection, run, causes, secrets)]
    if tried:
        with platform.work(SYSTEM) as work:
            work.require(Permission.SOURCE_RUN, connections.subject(connection))
            work.session.execute(insert(DeliveryRow), [_row(connection, delivery) for delivery in tried])
            work.record("notify", "source", connection.id, run=run.id, arrived=sum(d.arrived for d in tried))
    return tried


def troubled(run: Run) -> bool:
    """Tell whether somebody must do something about a run."""
    counted = any(run.counts.get(decision) for decision in TROUBLE)
    return run.state in ("failed", "held") or counted or not FATES.isdisjoint(run.causes)


def log(work: Work, source: str, *, limit: int = 100) -> list[Delivery]:
    """Answer what was delivered about a source, newest first."""
    connection = connections.get(work, source)
    work.require(Permission.SOURCE_EDIT, connections.subject(connection))
    statement = select(DeliveryRow).where(DeliveryRow.source_id == connection.id)
    rows = work.session.scalars(statement.order_by(DeliveryRow.id.desc()).limit(limit))
    return [Delivery(**{name: getattr(row, name) for name in Delivery.__struct_fields__}) for row in rows]


def signature(secret: str, moment: str, body: bytes) -> str:
    """Sign a webhook's body: HMAC-SHA-256 over the moment, a point and the body, in hex."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _mails(platform: Platform, connection: Connection, run: Run, causes: list[Cause]) -> Iterator[Delivery]:
    for address in connection.notify:
        detail = "" if platform.config.mail_url else "no mail server is set (GONGKAI_MAIL_URL)"
        if not detail:
            try:
                _send(platform, _letter(platform, connection, run, causes, address))
            except (OSError, smtplib.SMTPException, ValueError) as error:
                detail = f"{type(error).__name__}: {str(error)[:200]}"
        yield _delivery(platform, run, "mail", address, detail)


def _send(platform: Platform, letter: EmailMessage) -> None:
    parts = urlsplit(platform.config.mail_url)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    context = ssl.create_default_context()
    if secure:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
    with server:
        if not secure and "starttls" in parse_qs(parts.query, keep_blank_values=True):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(letter)


def _letter(platform: Platform, connection: Connection, run: Run, causes: list[Cause], address: str) -> EmailMessage:
    letter = EmailMessage()
    state = STATES.get(run.state, Text(run.state, run.state))
    title = " ".join(connection.title.split())
    letter["Subject"] = f"采集 {title}：{state.zh} / Harvest of {title}: {state.en}"
    letter["From"] = platform.config.mail_from
    letter["To"] = address
    letter["Auto-Submitted"] = "auto-generated"
    link = f"{platform.config.site_url}/harvest/{connection.name}/job/{run.id}"
    letter.set_content("\n".join((*_lines(run, causes, link, "zh"), "", "—", "", *_lines(run, causes, link, "en"))))
    return letter


def _lines(run: Run, causes: list[Cause], link: str, language: str) -> Iterator[str]:
    yield reports.summary(run, language)
    for cause in causes[:TOLD]:
        yield f"· [{cause.records}] {cause.message.get(language)}"
        if cause.remedy is not None:
            yield f"    → {cause.remedy.get(language)}"
    yield link


def _hooks(
    platform: Platform, connection: Connection, run: Run, causes: list[Cause], secrets: dict[str, Any]
) -> Iterator[Delivery]:
    if not connection.webhook:
        return
    told = {"event": "harvest", "source": connection.name, "run": run, "causes": causes}
    body, moment = orjson.dumps(msgspec.to_builtins(told)), str(int(platform.clock().timestamp()))
    headers = {"Content-Type": "application/json", "X-Gongkai-Timestamp": moment}
    if secret := str(secrets.get("webhook", "")):
        headers["X-Gongkai-Signature"] = f"sha256={signature(secret, moment, body)}"
    detail = ""
    try:
        allowed = Allowed.parse(platform.config.harvest_allow)
        with Fetcher(allowed, Limits(read=SECONDS, wall=2 * SECONDS, attempts=3)) as client:
            client.post(connection.webhook, body, headers)
    except Fetching as fault:
        detail = fault.message.en[:300]
    yield _delivery(platform, run, "webhook", connection.webhook, detail)


def _delivery(platform: Platform, run: Run, kind: str, target: str, detail: str) -> Delivery:
    return Delivery(run_id=run.id, at=platform.clock(), kind=kind, target=target, arrived=not detail, detail=detail)


def _row(connection: Connection, delivery: Delivery) -> dict[str, Any]:
    row = {name: getattr(delivery, name) for name in Delivery.__struct_fields__}
    return row | {"source_id": connection.id}
