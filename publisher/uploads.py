"""Uploads: files that people keep on the site beside datasets, each with a name, an owner and the key of its bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, String, Text, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from publisher.auth import Permission, Subject
from publisher.files import Readable
from publisher.orm import Base
from publisher.work import Work
from schemas.errors import NotFound
from schemas.text import Text as Words


class UploadRow(Base):
    """One kept file."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    md5: Mapped[str] = mapped_column(String(32))
    owner_kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[str] = mapped_column(String(100), index=True)
    pinned: Mapped[bool]
    created: Mapped[datetime]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A kept file: its name, who owns it, its size and type, and the key of its bytes in the file store."""

    id: str
    name: str
    location: str
    key: str
    media_type: str
    size: int
    md5: str
    owner_kind: str
    owner_id: str
    pinned: bool = False
    created: datetime


def add(work: Work, stream: Readable, name: str, media_type: str) -> Upload:
    """Keep a file of the actor's own; raises Invalid when it is larger than the site's limit."""
    work.require(Permission.OWN_ACCOUNT)
    stored = work.files.save(stream, limit=work.config.upload_limit_mb * 1_000_000)
    upload = Upload(
        id=work.new_id(),
        name=name,
        location=name,
        key=stored.key,
        media_type=media_type,
        size=stored.bytes,
        md5=stored.md5,
        owner_kind="user",
        owner_id=work.actor.id,
        created=work.now,
    )
    work.session.execute(insert(UploadRow), [msgspec.structs.asdict(upload)])
    work.record("create", "upload", upload.id, name=name, bytes=stored.bytes)
    return upload


def find(work: Work, upload_id: str) -> Upload | None:
    """Answer a kept file whoever may see it, or None."""
    row = work.session.get(UploadRow, upload_id)
    return _upload(row) if row else None


def get(work: Work, upload_id: str) -> Upload:
    """Answer a kept file to its owner; raises NotFound or NotAuthorized."""
    upload = find(work, upload_id)
    if upload is None:
        raise NotFound(Words(zh=f"没有文件 {upload_id}。", en=f"There is no file {upload_id}."))
    work.require(Permission.USER_EDIT, subject(upload))
    return upload


def change(work: Work, upload: Upload, **values: Any) -> Upload:
    """Change name, owner or pin of a file."""
    work.require(Permission.USER_EDIT, subject(upload))
    work.session.execute(update(UploadRow).where(UploadRow.id == upload.id).values(values))
    work.session.expire_all()
    work.record("update", "upload", upload.id, **{key: str(value) for key, value in values.items()})
    return msgspec.structs.replace(upload, **values)


def remove(work: Work, upload: Upload) -> None:
    """Erase a file; its bytes go too once nothing else holds them."""
    work.require(Permission.USER_EDIT, subject(upload))
    work.session.execute(delete(UploadRow).where(UploadRow.id == upload.id))
    work.session.expire_all()
    work.record("delete", "upload", upload.id, name=upload.name)


def owned_by(
    work: Work, owner_kind: str, owner_id: str, *, start: int = 0, rows: int = 10, newest: bool = False
) -> tuple[int, Sequence[Upload]]:
    """Answer how many files an owner has, and one page of them by name (or newest first)."""
    work.require(Permission.USER_EDIT, Subject(kind="user", id=owner_id))
    mine = (UploadRow.owner_kind == owner_kind, UploadRow.owner_id == owner_id)
    total = work.session.scalar(select(func.count()).select_from(UploadRow).where(*mine)) or 0
    order = (UploadRow.created.desc(), UploadRow.id) if newest else (UploadRow.name, UploadRow.id)
    page = work.session.scalars(select(UploadRow).where(*mine).order_by(*order).offset(start).limit(rows))
    return total, [_upload(row) for row in page]


def subject(upload: Upload) -> Subject:
    """Answer what permissions on a file are asked for: those on its owner's account."""
    return Subject(kind="user", id=upload.owner_id if upload.owner_kind == "user" else "", name=upload.name)


def _upload(row: UploadRow) -> Upload:
    return Upload(**{field: getattr(row, field) for field in Upload.__struct_fields__})
