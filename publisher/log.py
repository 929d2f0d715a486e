"""The disclosure log: an append-only chain of what was published, changed, withdrawn, requested, answered and granted.

`Work.disclose` notes an act; `seal` writes what was noted in the same transaction, so no act is kept without its entry.
The log is public: an entry says nothing about records that are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.orm import Session

from publisher import chain
from publisher.auth import Permission
from publisher.chain import START, Checkpoint, Entry, Proof, Verdict
from publisher.disclosure_orm import CheckpointRow, DisclosureRow
from publisher.orm import DatasetRow
from publisher.signing import Signer, open_signer
from publisher.work import Work
from schemas.errors import NotFound
from schemas.text import Text

ADVISORY_LOCK = 0x676B_6C6F
CHECKPOINT_ENTRIES = 1000
CHECKPOINT_AGE = timedelta(hours=1)
PAGE = 5000

EVENTS: dict[str, Text] = {
    "published": Text(zh="公开", en="published"),
    "changed": Text(zh="变更", en="changed"),
    "withdrawn": Text(zh="撤回", en="withdrawn"),
    "requested": Text(zh="收到申请", en="requested"),
    "answered": Text(zh="答复", en="answered"),
    "granted": Text(zh="授权", en="granted"),
    "revoked": Text(zh="收回授权", en="revoked"),
    "objected": Text(zh="提出异议", en="objected"),
    "asked": Text(zh="公众提问", en="asked"),
    "replied": Text(zh="回应公众", en="replied"),
}


def seal(work: Work) -> None:
    """Write what this work noted as entries at the end of the chain; the last act before the commit."""
    if not work.disclosures:
        return
    _wait_for_turn(work.session)
    last = _last(work.session)
    number, previous = (last.number, last.hash) if last else (0, START)
    at = max(work.now, last.at) if last else work.now
    rows = []
    for note in work.disclosures:
        number += 1
        entry = Entry(number=number, at=at, previous=previous, **msgspec.structs.asdict(note))
        line = chain.line_of(entry)
        previous = chain.hash_of(line)
        rows.append(_columns(entry, previous, line))
    work.session.execute(insert(DisclosureRow), rows)
    work.disclosures.clear()
    stored = _last_checkpoint(work.session)
    if stored is None or number - stored.number >= CHECKPOINT_ENTRIES or at - stored.at >= CHECKPOINT_AGE:
        _keep(work.session, _checkpoint(work))


def checkpoint(work: Work) -> Checkpoint:
    """Sign and keep a checkpoint over the log as it stands; answer the last one when nothing was added since."""
    work.require(Permission.SITE_ADMIN)
    _wait_for_turn(work.session)
    stored = _last_checkpoint(work.session)
    if stored is not None and stored.number == _length(work.session):
        return chain.read_checkpoint(stored.line)
    made = _checkpoint(work)
    _keep(work.session, made)
    work.record("checkpoint", "log", str(made.number), head=made.head)
    return made


def head(work: Work) -> Checkpoint:
    """Answer a signed statement of the log's end as it is now; it is not kept."""
    work.require(Permission.SITE_READ)
    stored = _last_checkpoint(work.session)
    if stored is not None and stored.number == _length(work.session):
        return chain.read_checkpoint(stored.line)
    return _checkpoint(work)


def public_key(work: Work) -> str:
    """Answer the public key that signs this site's checkpoints."""
    return _signer(work).public_key


def length(work: Work) -> int:
    """Answer how many entries the log has."""
    work.require(Permission.SITE_READ)
    return _length(work.session)


def entries(
    work: Work,
    *,
    kind: str = "",
    subject: str = "",
    owner: str = "",
    events: Sequence[str] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Answer entries, newest first, from the one before number `before`."""
    work.require(Permission.SITE_READ)
    statement = select(DisclosureRow.line).order_by(DisclosureRow.number.desc()).limit(limit)
    columns = ((DisclosureRow.kind, kind), (DisclosureRow.subject_id, subject), (DisclosureRow.owner_id, owner))
    for column, value in columns:
        if value:
            statement = statement.where(column == value)
    if events:
        statement = statement.where(DisclosureRow.event.in_(events))
    if before is not None:
        statement = statement.where(DisclosureRow.number < before)
    return [chain.read_entry(line) for line in work.session.scalars(statement)]


def export(work: Work) -> Iterator[bytes]:
    """Answer the whole log, line by line, ending with a signed statement: what `chain.verify` reads."""
    work.require(Permission.SITE_READ)
    end = head(work)
    last = chain.line_of(end).decode()
    marks = select(CheckpointRow.number, CheckpointRow.line).where(CheckpointRow.number <= end.number)
    kept = {row.number: row.line for row in work.session.execute(marks)}
    lines = select(DisclosureRow.number, DisclosureRow.line).where(DisclosureRow.number <= end.number)
    ordered = lines.order_by(DisclosureRow.number).execution_options(yield_per=PAGE)
    with work.session.execute(ordered) as rows:
        for number, line in rows:
            yield line.encode() + b"\n"
            if number in kept:
                yield kept[number].encode() + b"\n"
    if kept.get(end.number) != last:
        yield last.encode() + b"\n"


def proof(work: Work, number: int) -> Proof:
    """Answer the proof that an entry stands in the log; raises NotFound."""
    work.require(Permission.SITE_READ)
    line = work.session.scalar(select(DisclosureRow.line).where(DisclosureRow.number == number))
    if line is None:
        raise NotFound(Text(zh=f"没有第 {number} 条公开记录。", en=f"There is no entry {number} in the log."))
    statement = select(CheckpointRow.line).where(CheckpointRow.number >= number).order_by(CheckpointRow.number).limit(1)
    kept = work.session.scalar(statement)
    covering = chain.read_checkpoint(kept) if kept else _checkpoint(work)
    hashes = _hashes(work.session, covering.first, covering.number)
    path = chain.merkle_path(hashes, number - covering.first)
    return Proof(entry=line, path=path, checkpoint=chain.line_of(covering).decode())


def verify(work: Work, *, kept: Checkpoint | None = None) -> Verdict:
    """Verify the kept log: its chain, its signatures, the columns beside its lines, and that the catalogue agrees."""
    work.require(Permission.SITE_READ)
    verdict = chain.verify(export(work), key=public_key(work), kept=kept)
    if not verdict.sound:
        return verdict
    fault = _column_fault(work.session) or _catalogue_fault(work.session) or _vanished_fault(work.session)
    return msgspec.structs.replace(verdict, fault=fault) if fault else verdict


def verify_file(lines: Iterable[bytes], *, key: str = "", kept: Checkpoint | None = None) -> Verdict:
    """Verify an exported log without a site; `key` and `kept` as in `chain.verify`."""
    return chain.verify(lines, key=key, kept=kept)


def _columns(entry: Entry, digest: str, line: bytes) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "event": entry.event,
        "kind": entry.kind,
        "subject_id": entry.subject,
        "owner_id": entry.owner,
        "revision": entry.revision,
        "hash": digest,
        "line": line.decode(),
    }


def _column_fault(session: Session) -> Text | None:
    """Answer the first entry whose columns were altered beside its line."""
    names = ("number", "at", "event", "kind", "subject_id", "owner_id", "revision", "hash", "line")
    columns = [getattr(DisclosureRow, name) for name in names]
    statement = select(*columns).order_by(DisclosureRow.number).execution_options(yield_per=PAGE)
    with session.execute(statement) as rows:
        for row in rows:
            line = row.line.encode()
            expected = _columns(chain.read_entry(line), chain.hash_of(line), line)
            if tuple(expected[name] for name in names) != tuple(row):
                number = row.number
                return Text(
                    zh=f"第 {number} 条的检索列与记录不符", en=f"the columns of entry {number} differ from its line"
                )
    return None


def _catalogue_fault(session: Session) -> Text | None:
    """Answer the first public dataset that is not what the log last said of it."""
    newest = _newest()
    statement = (
        select(DatasetRow.name, DatasetRow.document, DisclosureRow.line)
        .outerjoin(newest, (newest.c.subject_id == DatasetRow.id) & (newest.c.kind == DatasetRow.kind))
        .outerjoin(DisclosureRow, DisclosureRow.number == newest.c.number)
        .where(DatasetRow.state == "active", DatasetRow.visibility == "public")
        .order_by(DatasetRow.id)
        .execution_options(yield_per=PAGE)
    )
    with session.execute(statement) as rows:
        for name, document, line in rows:
            if line is None or chain.read_entry(line).digest != chain.hash_of(document.encode()):
                return Text(
                    zh=f"数据集 {name} 的现行内容与日志不符", en=f"dataset {name} is not what the log last said of it"
                )
    return None


def _vanished_fault(session: Session) -> Text | None:
    """Answer the first dataset that the log calls public and the catalogue does not."""
    newest = _newest()
    public = (DatasetRow.state == "active") & (DatasetRow.visibility == "public")
    statement = (
        select(DisclosureRow.number, DisclosureRow.subject_id)
        .join(newest, newest.c.number == DisclosureRow.number)
        .outerjoin(DatasetRow, (DatasetRow.id == DisclosureRow.subject_id) & public)
        .where(DisclosureRow.event != "withdrawn", DatasetRow.id.is_(None))
        .order_by(DisclosureRow.number)
    )
    row = session.execute(statement).first()
    if row is None:
        return None
    return Text(
        zh=f"数据集 {row.subject_id} 未留记录即不再公开（最后一条为第 {row.number} 条）",
        en=f"dataset {row.subject_id} is no longer public and no entry after {row.number} says why",
    )


def _newest() -> Any:
    """Answer the number of the last entry of each versioned record."""
    return (
        select(DisclosureRow.kind, DisclosureRow.subject_id, func.max(DisclosureRow.number).label("number"))
        .where(DisclosureRow.revision > 0)
        .group_by(DisclosureRow.kind, DisclosureRow.subject_id)
        .subquery()
    )


def _checkpoint(work: Work) -> Checkpoint:
    """Sign the log as it stands, after the last kept checkpoint."""
    stored = _last_checkpoint(work.session)
    last = _last(work.session)
    first = stored.number + 1 if stored else 1
    signer = _signer(work)
    made = Checkpoint(
        number=last.number if last else 0,
        first=first,
        at=max(work.now, last.at) if last else work.now,
        head=last.hash if last else START,
        root=chain.merkle_root(_hashes(work.session, first, last.number) if last else ()),
        previous=chain.hash_of(stored.line.encode()) if stored else START,
        key=signer.public_key,
        signature="",
    )
    return msgspec.structs.replace(made, signature=signer.sign(chain.unsigned(made)))


def _keep(session: Session, made: Checkpoint) -> None:
    row = {"number": made.number, "at": made.at, "line": chain.line_of(made).decode()}
    session.execute(insert(CheckpointRow), [row])


def _signer(work: Work) -> Signer:
    return open_signer(work.config.data)


def _last(session: Session) -> DisclosureRow | None:
    return session.scalars(select(DisclosureRow).order_by(DisclosureRow.number.desc()).limit(1)).first()


def _last_checkpoint(session: Session) -> CheckpointRow | None:
    return session.scalars(select(CheckpointRow).order_by(CheckpointRow.number.desc()).limit(1)).first()


def _length(session: Session) -> int:
    return session.scalar(select(func.max(DisclosureRow.number))) or 0


def _hashes(session: Session, first: int, last: int) -> list[str]:
    statement = (
        select(DisclosureRow.hash)
        .where(DisclosureRow.number >= first, DisclosureRow.number <= last)
        .order_by(DisclosureRow.number)
    )
    return list(session.scalars(statement))


def _wait_for_turn(session: Session) -> None:
    """Let one transaction at a time reach the chain's end; SQLite's write lock does that already."""
    connection: Connection = session.connection()
    if connection.dialect.name == "postgresql":
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
