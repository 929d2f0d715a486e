"""Users: accounts, passwords (argon2id), API tokens (kept as SHA-256) and the actors that they become."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, insert, or_, select, update

from publisher.auth import ANONYMOUS, Actor, Permission, Subject
from publisher.collaborators import CollaboratorRow
from publisher.orm import DatasetRow, MemberRow, TokenRow, UserRow
from publisher.work import Work
from schemas.errors import Invalid, NotFound
from schemas.text import Text

if TYPE_CHECKING:
    from publisher.wiring import Platform

SHORTEST_PASSWORD = 8
NOTE_EVERY = timedelta(hours=1)


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One account, without its secrets."""

    id: str
    name: str
    email: str = ""
    full_name: str | None = None
    about: str | None = None
    sysadmin: bool = False
    state: str = "active"
    created: datetime
    last_active: datetime | None = None
    extras: dict[str, Any] = {}

    @property
    def display_name(self) -> str:
        """Answer the full name where there is one, else the account's name."""
        return self.full_name or self.name


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One API token, without its secret."""

    id: str
    user_id: str
    name: str
    created: datetime
    expires: datetime | None = None
    last_used: datetime | None = None


def subject(user: User) -> Subject:
    """Answer what permissions on this account are asked for."""
    return Subject(kind="user", id=user.id, name=user.name)


def add(
    work: Work,
    name: str,
    *,
    email: str = "",
    password: str | None = None,
    sysadmin: bool = False,
    id: str = "",
    full_name: str | None = None,
    about: str | None = None,
    state: str = "active",
    extras: dict[str, Any] | None = None,
) -> User:
    """Create an account; raises Invalid for a bad or taken name or a short password."""
    work.require(Permission.USER_CREATE, Subject(kind="user", name=name))
    row = _insert(
        work,
        name,
        email=email,
        password=password,
        sysadmin=sysadmin,
        id=id,
        full_name=full_name,
        about=about,
        state=state,
        extras=extras,
    )
    work.record("create", "user", row.id, name=name)
    return _user(row)


def _insert(
    work: Work,
    name: str,
    *,
    email: str = "",
    password: str | None = None,
    sysadmin: bool = False,
    id: str = "",
    full_name: str | None = None,
    about: str | None = None,
    state: str = "active",
    extras: dict[str, Any] | None = None,
) -> UserRow:
    _check_new_name(work, name)
    row: dict[str, Any] = {
        "id": id or work.new_id(),
        "name": name,
        "email": email,
        "full_name": full_name,
        "about": about,
        "password_hash": hash_password(work, password) if password is not None else "",
        "sysadmin": sysadmin,
        "state": state,
        "created": work.now,
        "last_active": None,
        "extras": extras or {},
    }
    work.session.execute(insert(UserRow), [row])
    return work.session.get_one(UserRow, row["id"])


def change(work: Work, user: User, *, password: str | None = None, **values: Any) -> User:
    """Change fields of an account (those of User, or its password) and answer it as kept."""
    privileged = {"sysadmin", "state"} & values.keys()
    permission = Permission.SITE_ADMIN if privileged else Permission.USER_EDIT
    work.require(permission, subject(user))
    if password is not None:
        values["password_hash"] = hash_password(work, password)
    if values:
        work.session.execute(update(UserRow).where(UserRow.id == user.id).values(values))
        work.session.expire_all()
        work.record("update", "user", user.id, fields=sorted(values))
    return _user(work.session.get_one(UserRow, user.id))


def get(work: Work, ref: str) -> User:
    """Answer the account of that id or name; raises NotFound."""
    user = find(work, ref)
    if user is None:
        raise NotFound(Text(zh=f"没有用户 {ref}。", en=f"There is no account {ref}."))
    work.require(Permission.USER_READ, subject(user))
    return user


def find(work: Work, ref: str) -> User | None:
    """Answer the account of that id or name, or None."""
    rows = work.session.scalars(select(UserRow).where(or_(UserRow.id == ref, UserRow.name == ref))).all()
    by_id = [row for row in rows if row.id == ref]
    return _user((by_id or list(rows))[0]) if rows else None


def by_email(work: Work, email: str) -> User | None:
    """Answer the active account of an e-mail address, or None."""
    statement = select(UserRow).where(func.lower(UserRow.email) == email.lower(), UserRow.state == "active")
    row = work.session.scalars(statement).first()
    return _user(row) if row else None


def free_name(work: Work, wanted: str) -> str:
    """Answer an account name near `wanted` that nobody has."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", wanted.lower()).strip("-") or "user"
    name, number = f"{plain[:90]:_<2}", 2
    while find(work, name) is not None:
        name, number = f"{plain[:90]}-{number}", number + 1
    return name


def invite(work: Work, organization_id: str, name: str, email: str, password: str) -> User:
    """Create an account for somebody whom an organization's administrator invites."""
    work.require(Permission.MEMBERS_EDIT, Subject(kind="organization", id=organization_id))
    row = _insert(work, name, email=email, password=password)
    work.record("invite", "user", row.id, organization=organization_id)
    return _user(row)


def listing(work: Work, *, states: tuple[str, ...] = ("active",)) -> list[User]:
    """Answer the accounts in these states, by name."""
    work.require(Permission.USER_READ)
    rows = work.session.scalars(select(UserRow).where(UserRow.state.in_(states)).order_by(UserRow.name))
    return [_user(row) for row in rows]


def dataset_count(work: Work, user: User) -> int:
    """Answer how many public active datasets a person made."""
    public = (DatasetRow.state == "active", DatasetRow.visibility == "public", DatasetRow.created_by == user.id)
    return work.session.scalar(select(func.count()).select_from(DatasetRow).where(*public)) or 0


def count(work: Work) -> int:
    """Answer how many active accounts there are."""
    return work.session.scalar(select(func.count()).select_from(UserRow).where(UserRow.state == "active")) or 0


def actor_for(work: Work, user: User) -> Actor:
    """Answer what this person may act as now."""
    roles = work.session.execute(
        select(MemberRow.organization_id, MemberRow.role).where(MemberRow.user_id == user.id)
    ).all()
    shares: dict[str, str] = {}
    if work.config.collaborators:
        shared = select(CollaboratorRow.dataset_id, CollaboratorRow.role).where(CollaboratorRow.user_id == user.id)
        shares = {row[0]: row[1] for row in work.session.execute(shared)}
    own = {row[0]: row[1] for row in roles}
    return Actor(id=user.id, name=user.name, sysadmin=user.sysadmin, roles=own, shares=shares)


def actor_for_token(work: Work, secret: str) -> Actor:
    """Answer the actor of a token; ANONYMOUS for an unknown or expired token or an inactive account."""
    found = find_token(work, secret=secret) if secret else None
    if found is None or (found.expires is not None and found.expires <= work.now):
        return ANONYMOUS
    user = work.session.get(UserRow, found.user_id)
    return actor_for(work, _user(user)) if user is not None and user.state == "active" else ANONYMOUS


def note_use(platform: Platform, token: Token) -> None:
    """Note, at most once an hour, that a token and its account were used; it is no act and leaves no audit entry."""
    now = platform.clock()
    if token.last_used is not None and now - token.last_used < NOTE_EVERY:
        return
    with platform.engine.begin() as connection:
        connection.execute(update(TokenRow).where(TokenRow.id == token.id).values(last_used=now))
        connection.execute(update(UserRow).where(UserRow.id == token.user_id).values(last_active=now))


def check_password(work: Work, name: str, password: str) -> User | None:
    """Answer the active account of that name (or e-mail) when the password is right, else None; costs the same time."""
    rows = work.session.scalars(select(UserRow).where(or_(UserRow.name == name, UserRow.email == name))).all()
    row = rows[0] if len(rows) == 1 else None
    kept = row.password_hash if row is not None and row.password_hash else _decoy(work)
    try:
        _hasher(work).verify(kept, password)
    except (VerificationError, InvalidHashError):
        return None
    return _user(row) if row is not None and row.state == "active" else None


def create_token(work: Work, user: User, name: str, *, expires: datetime | None = None) -> tuple[str, Token]:
    """Make an API token; answer its secret, which is shown this once, and the token."""
    work.require(Permission.USER_EDIT, subject(user))
    secret = secrets.token_urlsafe(40)
    token = Token(id=work.new_id(), user_id=user.id, name=name, created=work.now, expires=expires)
    columns: dict[str, Any] = msgspec.structs.asdict(token)
    work.session.execute(insert(TokenRow), [columns | {"hash": token_hash(secret)}])
    work.record("create-token", "user", user.id, token=token.id, name=name)
    return secret, token


def tokens(work: Work, user: User) -> list[Token]:
    """Answer a person's tokens, newest first."""
    work.require(Permission.USER_EDIT, subject(user))
    rows = work.session.scalars(
        select(TokenRow).where(TokenRow.user_id == user.id).order_by(TokenRow.created.desc(), TokenRow.id)
    )
    return [_token(row) for row in rows]


def find_token(work: Work, *, secret: str = "", token_id: str = "") -> Token | None:
    """Answer the token of that secret or id whoever owns it, or None."""
    where = TokenRow.hash == token_hash(secret) if secret else TokenRow.id == token_id
    row = work.session.scalars(select(TokenRow).where(where)).first()
    return _token(row) if row else None


def revoke_token(work: Work, token_id: str) -> None:
    """End a token at once; raises NotFound."""
    row = work.session.get(TokenRow, token_id)
    if row is None:
        raise NotFound(Text(zh="没有这个令牌。", en="There is no such token."))
    work.require(Permission.USER_EDIT, Subject(kind="user", id=row.user_id))
    work.session.delete(row)
    work.session.flush()
    work.record("revoke-token", "user", row.user_id, token=token_id)


def token_hash(secret: str) -> str:
    """Answer the hash under which a token's secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(work: Work, password: str) -> str:
    """Answer the argon2id hash of a password; raises Invalid for a short one."""
    if len(password) < SHORTEST_PASSWORD:
        text = Text(
            zh=f"口令至少需要 {SHORTEST_PASSWORD} 个字符。",
            en=f"A password takes at least {SHORTEST_PASSWORD} characters.",
        )
        raise Invalid({"password": [text.en]}, text, code="short-password")
    return _hasher(work).hash(password)


def _hasher(work: Work) -> PasswordHasher:
    if work.config.password_cost == "low":
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher()


def _decoy(work: Work) -> str:
    return _hasher(work).hash("no account has this password")


def _check_new_name(work: Work, name: str) -> None:
    if not re.fullmatch(r"[a-z0-9_-]{2,100}", name):
        text = Text(
            zh="用户名须为 2 至 100 个小写字母、数字、- 或 _。",
            en="An account's name takes 2 to 100 characters: lower-case letters, digits, - and _.",
        )
        raise Invalid({"name": [text.en]}, text, code="bad-name")
    if find(work, name) is not None:
        text = Text(zh=f"用户名 {name} 已被使用。", en=f"The account name {name} is already in use.")
        raise Invalid({"name": [text.en]}, text, code="name-taken")


def _user(row: UserRow) -> User:
    return User(
        id=row.id,
        name=row.name,
        email=row.email,
        full_name=row.full_name,
        about=row.about,
        sysadmin=row.sysadmin,
        state=row.state,
        created=row.created,
        last_active=row.last_active,
        extras=row.extras,
    )


def _token(row: TokenRow) -> Token:
    return Token(
        id=row.id, user_id=row.user_id, name=row.name, created=row.created, expires=row.expires, last_used=row.last_used
    )
