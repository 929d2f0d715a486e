"""Bundles between two networks: what the inner site sends out, and what the outer site lets in.

A bundle carries what changed for its target since the one before. The receiver trusts the keys that `senders.yaml` in
its data folder lists, each with the zones and organizations that it may send; a bundle is taken whole or refused whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, cast

import msgspec
from sqlalchemy import delete, insert, select

from publisher import bundle, datasets, organizations
from publisher.auth import Permission
from publisher.bundle import (
    Contents,
    DatasetLine,
    FileLine,
    Line,
    Opening,
    OrganizationLine,
    PartLine,
    Reading,
    WithdrawnLine,
)
from publisher.chain import START
from publisher.disclosure_orm import BundleItemRow, BundleRow
from publisher.orm import DatasetRow
from publisher.signing import open_signer
from publisher.work import Work
from publisher.zones import Zone, zone_of
from schemas.errors import Conflict, Invalid, NotAuthorized
from schemas.model import Dataset, Organization, Origin, Resource, decode_dataset, replace
from schemas.text import Text

AHEAD = timedelta(minutes=10)
IN_MEMORY = 8 * 1024 * 1024
_TARGET = re.compile(r"[a-z0-9_-]{1,50}")
_SHA256 = re.compile(r"(?:sha-?256:)?([0-9a-f]{64})")


class Sender(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a site takes bundles from: a key, and what it may send; no organizations listed means any."""

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_-]{1,50}$")]
    key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    zones: tuple[Zone, ...] = ("public",)
    organizations: tuple[str, ...] = ()


class _Senders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    senders: tuple[Sender, ...]


def export(work: Work, target: str, *, zones: Sequence[Zone] = ("public",)) -> Iterator[bytes]:
    """Answer the next bundle for a target, line by line; what it holds counts as sent once this work is kept.

    The same catalogue, number and moment give the same bytes.
    """
    work.require(Permission.SITE_ADMIN)
    if not _TARGET.fullmatch(target):
        raise Invalid({"target": [_BAD_TARGET.en]}, _BAD_TARGET, code="bad-target")
    signer = open_signer(work.config.data)
    last = _last(work, "sent", target)
    opening = Opening(
        format=bundle.FORMAT,
        target=target,
        number=last.number + 1 if last else 1,
        previous=last.hash if last else START,
        at=work.now,
        key=signer.public_key,
    )
    digest = bundle.Digest()
    for line in bundle.written(opening, _changes(work, target, zones), signer):
        digest.add(line)
        yield line
    _remember(work, "sent", target, opening.number, digest.hash)
    work.record("export", "bundle", f"{target}-{opening.number}", hash=digest.hash)


def take(work: Work, stream: BinaryIO) -> Contents:
    """Take in a bundle from a seekable file, whole or not at all.

    Raises Invalid for a spoiled one, NotAuthorized for what its sender may not send, and Conflict for one that is
    replayed, out of order, from the future, or in the way of records of this site.
    """
    work.require(Permission.SITE_ADMIN)
    contents = bundle.verify(stream)
    sender = _sender(work, contents.opening)
    _check_order(work, sender, contents)
    stream.seek(0)
    reading = Reading(stream)
    _apply(work, sender, reading)
    if reading.hash != contents.hash:
        raise Conflict(
            Text(zh="数据包在读取过程中被改动。", en="The bundle was changed while it was read."), code="bundle-changed"
        )
    _remember(work, "received", sender.name, contents.opening.number, contents.hash)
    work.record("import", "bundle", f"{sender.name}-{contents.opening.number}", hash=contents.hash)
    return contents


def senders(data: Path) -> tuple[Sender, ...]:
    """Answer whom a site with this data folder takes bundles from; raises Invalid naming the file's fault."""
    path = data / "senders.yaml"
    if not path.exists():
        return ()
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=_Senders).senders
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        message = Text(zh=f"{path.name} 无效：{error}", en=f"{path.name} is not valid: {error}")
        raise Invalid({path.name: [str(error)]}, message, code="bad-senders-file") from None


def _changes(work: Work, target: str, zones: Sequence[Zone]) -> Iterator[Line]:
    """Answer what a target lacks: bodies, datasets by id, withdrawals, files; and note it as sent."""
    sent = select(BundleItemRow.dataset_id, BundleItemRow.revision).where(BundleItemRow.target == target)
    has = {key: revision for key, revision in work.session.execute(sent)}  # noqa: C416  (rows become a dict)
    rows = work.session.execute(select(DatasetRow.document).order_by(DatasetRow.id)).scalars()
    found = [dataset for row in rows if zone_of(dataset := decode_dataset(row)) in zones]
    changed = [dataset for dataset in found if has.get(dataset.id) != dataset.revision]
    gone = sorted(has.keys() - {dataset.id for dataset in found})
    bodies = organizations.many(work, [dataset.owner for dataset in changed])
    yield from (OrganizationLine(bodies[key]) for key in sorted(bodies))
    yield from (DatasetLine(replace(dataset, created_by="", origin=None)) for dataset in changed)
    yield from (WithdrawnLine(key) for key in gone)
    yield from _files(work, changed)
    _note(work, target, changed, gone)


def _files(work: Work, changed: Sequence[Dataset]) -> Iterator[Line]:
    hashes = {sha for dataset in changed for resource in dataset.resources if (sha := _sha256(work, resource))}
    for sha256 in sorted(hashes):
        key = f"{sha256[:2]}/{sha256[2:]}"
        with work.files.open(key) as stream:
            yield from bundle.parts(sha256, work.files.size(key), stream)


def _sha256(work: Work, resource: Resource) -> str:
    """Answer the hash of a resource's kept file, or nothing."""
    match = _SHA256.fullmatch(resource.hash) if resource.storage == "upload" else None
    return match[1] if match and work.files.exists(f"{match[1][:2]}/{match[1][2:]}") else ""


def _note(work: Work, target: str, changed: Sequence[Dataset], gone: Sequence[str]) -> None:
    stale = [*gone, *(dataset.id for dataset in changed)]
    for start in range(0, len(stale), 500):
        part = stale[start : start + 500]
        work.session.execute(
            delete(BundleItemRow).where(BundleItemRow.target == target, BundleItemRow.dataset_id.in_(part))
        )
    rows = [{"target": target, "dataset_id": dataset.id, "revision": dataset.revision} for dataset in changed]
    if rows:
        work.session.execute(insert(BundleItemRow), rows)


def _sender(work: Work, opening: Opening) -> Sender:
    for sender in senders(work.config.data):
        if sender.key == opening.key:
            return sender
    raise NotAuthorized(
        Text(
            zh="数据包由未登记的密钥签名；请在数据目录的 senders.yaml 中登记发送方。",
            en="An unknown key signed the bundle; list its sender in senders.yaml in the data folder.",
        ),
        code="unknown-sender",
    )


def _check_order(work: Work, sender: Sender, contents: Contents) -> None:
    """Refuse a bundle that was taken before, comes too early, follows another, or is from the future."""
    last = _last(work, "received", sender.name)
    number, previous = (last.number + 1, last.hash) if last else (1, START)
    given = contents.opening
    if given.number < number:
        raise Conflict(
            Text(zh=f"第 {given.number} 号数据包已经导入过。", en=f"Bundle {given.number} was taken in before."),
            code="bundle-replayed",
        )
    if given.number > number:
        raise Conflict(
            Text(
                zh=f"应先导入第 {number} 号数据包，而这是第 {given.number} 号。",
                en=f"Bundle {number} comes next, and this is {given.number}.",
            ),
            code="bundle-order",
        )
    if given.previous != previous:
        raise Conflict(
            Text(zh="该数据包不是上一个的后续。", en="The bundle does not follow the one taken last."),
            code="bundle-order",
        )
    if given.at > work.now + AHEAD:
        raise Conflict(
            Text(zh="数据包的时间在将来，请核对时钟。", en="The bundle is from the future; check the clocks."),
            code="bundle-from-the-future",
        )


def _apply(work: Work, sender: Sender, reading: Reading) -> None:
    file: SpooledTemporaryFile[bytes] | None = None
    owners: dict[str, Organization] = {}
    for line in reading:
        if file is not None and not isinstance(line, PartLine):
            _save(work, file)
            file = None
        if isinstance(line, OrganizationLine):
            owners[line.document.id] = _take_organization(work, sender, line.document)
        elif isinstance(line, DatasetLine):
            _take_dataset(work, sender, line.document, owners.get(line.document.owner))
        elif isinstance(line, WithdrawnLine):
            _withdraw(work, sender, line.id)
        elif isinstance(line, FileLine):
            file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed by _save)
        elif isinstance(line, PartLine) and file is not None:
            file.write(bundle.data_of(line))


def _take_organization(work: Work, sender: Sender, body: Organization) -> Organization:
    """Answer the body of that id or name here, which stays as it is; add it where there is none."""
    _check_organization(sender, body.name)
    kept = organizations.many(work, [body.id]).get(body.id) or organizations.find(work, body.name, body.kind)
    return kept or organizations.put(work, msgspec.structs.replace(body, state="active"))


def _take_dataset(work: Work, sender: Sender, given: Dataset, owner: Organization | None) -> None:
    zone = zone_of(given)
    if zone not in sender.zones:
        raise NotAuthorized(
            Text(
                zh=f"发送方 {sender.name} 不得传入数据集 {given.name}：其范围为 {zone}。",
                en=f"Sender {sender.name} may not send dataset {given.name}: its zone is {zone}.",
            ),
            code="zone-refused",
        )
    _check_organization(sender, owner.name if owner else "")
    kept = datasets.find(work, given.id)
    if kept is not None and not _is_from(kept, sender):
        raise _in_the_way(given.name)
    origin = Origin(source=_source(sender), remote_id=given.id)
    datasets.put(work, replace(given, origin=origin, owner=owner.id if owner else "", revision=0))


def _withdraw(work: Work, sender: Sender, dataset_id: str) -> None:
    kept = datasets.find(work, dataset_id)
    if kept is None:
        return
    if not _is_from(kept, sender):
        raise _in_the_way(kept.name)
    datasets.remove(work, kept.id)


def _save(work: Work, file: SpooledTemporaryFile[bytes]) -> None:
    with file:
        file.seek(0)
        work.files.save(cast(BinaryIO, file))


def _check_organization(sender: Sender, name: str) -> None:
    if sender.organizations and name not in sender.organizations:
        raise NotAuthorized(
            Text(
                zh=f"发送方 {sender.name} 不得传入部门 {name or '（无）'} 的内容。",
                en=f"Sender {sender.name} may not send for organization {name or '(none)'}.",
            ),
            code="organization-refused",
        )


def _source(sender: Sender) -> str:
    return f"bundle-{sender.name}"


def _is_from(kept: Dataset, sender: Sender) -> bool:
    return kept.origin is not None and kept.origin.source == _source(sender)


def _in_the_way(name: str) -> Conflict:
    text = Text(
        zh=f"数据集 {name} 是本站或其他来源的，不能被数据包改动。",
        en=f"Dataset {name} belongs to this site or another source; a bundle may not change it.",
    )
    return Conflict(text, code="bundle-collision")


def _last(work: Work, way: str, peer: str) -> BundleRow | None:
    statement = select(BundleRow).where(BundleRow.way == way, BundleRow.peer == peer)
    return work.session.scalars(statement.order_by(BundleRow.number.desc()).limit(1)).first()


def _remember(work: Work, way: str, peer: str, number: int, digest: str) -> None:
    row = {"way": way, "peer": peer, "number": number, "hash": digest, "at": work.now}
    work.session.execute(insert(BundleRow), [row])


_BAD_TARGET = Text(
    zh="接收方名称须为 1 至 50 个小写字母、数字、- 或 _。",
    en="A target takes 1 to 50 characters: lower-case letters, digits, - and _.",
)
