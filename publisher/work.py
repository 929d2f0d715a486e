"""Work: one transaction with an actor, which refuses to keep a change that nobody was allowed or that left no trace."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from publisher import auth
from publisher.auth import SITE, Actor, Permission, Subject
from publisher.orm import AuditRow, OutboxRow, adding

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.files import FileStore
    from publisher.table_engine import TableEngine
    from search.backends import Backend
    from search.relevance import Reader


class Unaccounted(AssertionError):
    """A change was about to be kept without a permission required or an act recorded: a fault of the program."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One act that the public log will tell of; its fields are those of `chain.Entry`."""

    event: str
    kind: str
    subject: str
    owner: str = ""
    revision: int = 0
    digest: str = ""
    detail: dict[str, str | int] = {}


class Work:
    """One unit of work: everything in it is kept together or not at all.

    `now` is the one moment of this work (aware, UTC). Functions call `require` before they act and `record` after.
    """

    def __init__(
        self,
        session: Session,
        actor: Actor,
        now: datetime,
        *,
        config: Config,
        files: FileStore,
        search: Backend,
        tables: TableEngine,
        words: Reader,
    ) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.config = config
        self.files = files
        self.search = search
        self.tables = tables
        self.words = words
        self.dirty: set[str] = set()
        self.disclosures: list[Note] = []
        self._required = False
        self._recorded = False
        self._changed = False
        event.listen(session, "do_orm_execute", self._notice_statement)
        event.listen(session, "before_flush", self._notice_flush)

    def new_id(self) -> str:
        """Answer a fresh random id (UUID 4)."""
        return str(uuid.uuid4())

    def may(self, permission: Permission, subject: Subject = SITE) -> bool:
        """Tell whether the actor has the permission, without demanding it."""
        return auth.allowed(self.actor, permission, subject)

    def require(self, permission: Permission, subject: Subject = SITE) -> None:
        """Raise NotAuthorized unless the actor has the permission on the subject."""
        auth.require(self.actor, permission, subject)
        self._required = True

    def record(self, verb: str, kind: str, subject_id: str, **detail: Any) -> None:
        """Add an entry to the audit: this actor did `verb` to the thing."""
        row = {
            "at": self.now,
            "actor_id": self.actor.id,
            "verb": verb,
            "kind": kind,
            "subject_id": subject_id,
            "detail": detail,
        }
        self._recorded = True
        self.session.execute(adding(AuditRow), [row])

    def disclose(self, note: Note) -> None:
        """Note an act for the public disclosure log, which is written just before this work is kept."""
        self.disclosures.append(note)

    def index(self, dataset_id: str) -> None:
        """Note in the outbox that the search index must learn how this dataset stands now."""
        if dataset_id not in self.dirty:
            self.dirty.add(dataset_id)
            self.session.execute(adding(OutboxRow), [{"dataset_id": dataset_id, "at": self.now}])

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Keep or drop the enclosed part alone; an error inside drops it and goes on its way."""
        before, noted = set(self.dirty), len(self.disclosures)
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            self.dirty = before
            del self.disclosures[noted:]
            raise

    def check(self) -> None:
        """Raise Unaccounted when something changed and nothing was required or recorded."""
        if self._changed and not (self._required and self._recorded):
            missing = "required" if not self._required else "recorded"
            raise Unaccounted(f"a change was made for which nothing was {missing}")

    def _notice_statement(self, state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            self._changed = True

    def _notice_flush(self, session: Session, _context: Any, _instances: Any) -> None:
        if session.new or session.dirty or session.deleted:
            self._changed = True


def utc_now() -> datetime:
    """Answer the present moment, aware and in UTC."""
    return datetime.now(UTC)
