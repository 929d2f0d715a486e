"""Datasets: putting, reading, withdrawing and purging them, with their versions, audit and outbox entries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import case, delete, func, or_, select, update

from publisher import grants, names
from publisher.auth import Permission, Subject
from publisher.orm import DatasetKeywordRow, DatasetRow, DatasetThemeRow, DatasetVersionRow, ResourceRow, adding
from publisher.work import Note, Work
from schemas.errors import Conflict, Invalid, NotFound
from schemas.model import Dataset, Organization, Resource, decode_dataset, encode, replace
from schemas.text import Text


def subject(dataset: Dataset) -> Subject:
    """Answer what permissions on this dataset are asked for."""
    return Subject(
        kind="dataset",
        id=dataset.id,
        name=dataset.name,
        owner=dataset.owner,
        creator=dataset.created_by,
        open=dataset.visibility == "public" and dataset.state == "active",
    )


def put(work: Work, dataset: Dataset, *, expected_revision: int | None = None) -> Dataset:
    """Create the dataset, or replace the one of that id; answer it as kept.

    Ids, moments, revision and resource ids are set here. Nothing is written when nothing changed. Raises Invalid for a
    bad or taken name, Conflict when `expected_revision` is given and the dataset has moved on.
    """
    row = work.session.get(DatasetRow, dataset.id) if dataset.id else None
    if row is None:
        return _create(work, dataset)
    old = decode_dataset(row.document)
    if expected_revision is not None and old.revision != expected_revision:
        raise Conflict(_moved_on(old))
    return _replace(work, row, old, dataset)


def get(work: Work, ref: str) -> Dataset:
    """Answer the dataset of that id or name; raises NotFound, or NotAuthorized where it exists but may not be seen."""
    dataset = find(work, ref)
    if dataset is None:
        raise NotFound(Text(zh=f"没有数据集 {ref}。", en=f"There is no dataset {ref}."))
    work.require(Permission.DATASET_READ, subject(dataset))
    return dataset


def find(work: Work, ref: str, *, change: bool = False) -> Dataset | None:
    """Answer the dataset of that id or name whoever may see it, or None; callers require the permission themselves.

    With `change` no other work changes it before this one is over, so that what is written follows from what was read.
    """
    statement = select(DatasetRow.id, DatasetRow.document).where(or_(DatasetRow.id == ref, DatasetRow.name == ref))
    rows = work.session.execute(statement.with_for_update() if change else statement).all()
    if not rows:
        return None
    by_id = [row for row in rows if row.id == ref]
    return decode_dataset((by_id or list(rows))[0].document)


def many(work: Work, ids: Sequence[str]) -> list[Dataset]:
    """Answer the datasets of these ids, in this order; ids that are gone are left out, rights are the caller's care."""
    if not ids:
        return []
    found: dict[str, Dataset] = {}
    for start in range(0, len(ids), 500):
        part = list(ids[start : start + 500])
        rows = work.session.execute(select(DatasetRow.id, DatasetRow.document).where(DatasetRow.id.in_(part)))
        found |= {row.id: decode_dataset(row.document) for row in rows}
    return [found[key] for key in ids if key in found]


def ids(work: Work, *, after: str = "", limit: int = 1000, owner: str = "", source: str = "") -> list[str]:
    """Answer ids of datasets in any state in order of id, from the one after `after`."""
    statement = select(DatasetRow.id).where(DatasetRow.id > after).order_by(DatasetRow.id).limit(limit)
    if owner:
        statement = statement.where(DatasetRow.owner_id == owner)
    if source:
        statement = statement.where(DatasetRow.source_id == source)
    return list(work.session.scalars(statement))


def public_names(work: Work, *, limit: int | None = None, offset: int = 0) -> list[str]:
    """Answer the names of all public active datasets, in order."""
    work.require(Permission.SITE_READ)
    statement = select(DatasetRow.name).where(*_public()).order_by(DatasetRow.name).offset(offset)
    if limit is not None:
        statement = statement.limit(limit)
    return list(work.session.connection().scalars(statement))


def newest_public(work: Work, *, limit: int | None = None, offset: int = 0) -> list[Dataset]:
    """Answer public active datasets, the one that changed last first."""
    work.require(Permission.SITE_READ)
    statement = select(DatasetRow.document).where(*_public())
    statement = statement.order_by(DatasetRow.changed.desc(), DatasetRow.id).offset(offset)
    if limit is not None:
        statement = statement.limit(limit)
    return [decode_dataset(document) for document in work.session.scalars(statement)]


def named_like(work: Work, text: str, *, limit: int = 10) -> list[Dataset]:
    """Answer active datasets that the actor sees whose name or title contains a text, the newest first."""
    work.require(Permission.SITE_READ)
    like = DatasetRow.name.icontains(text, autoescape=True) | DatasetRow.title.icontains(text, autoescape=True)
    statement = select(DatasetRow.document).where(like, DatasetRow.state == "active", DatasetRow.kind == "dataset")
    if not work.actor.sysadmin:
        mine = DatasetRow.owner_id.in_(tuple(work.actor.roles))
        statement = statement.where((DatasetRow.visibility == "public") | mine)
    in_title, in_name = (column.icontains(text, autoescape=True) for column in (DatasetRow.title, DatasetRow.name))
    rank = case((in_title, 2), else_=0) + case((in_name, 1), else_=0)
    rows = work.session.scalars(statement.order_by(rank.desc(), DatasetRow.changed.desc(), DatasetRow.id).limit(limit))
    return [decode_dataset(document) for document in rows]


def count_gathered(work: Work, organization: Organization) -> int:
    """Answer how many active datasets of an organization or theme the actor may see."""
    statement = select(func.count()).select_from(DatasetRow).where(*_gathered(organization))
    if not work.actor.sysadmin:
        mine = DatasetRow.owner_id.in_(tuple(work.actor.roles))
        statement = statement.where((DatasetRow.visibility == "public") | mine)
    return work.session.scalar(statement) or 0


def gathered(work: Work, organization: Organization, *, private: bool = False, limit: int = 1000) -> list[Dataset]:
    """Answer active datasets of an organization or theme, newest first; with `private` those that the actor may see."""
    statement = select(DatasetRow.document).where(*_gathered(organization))
    if not private or not work.actor.known:
        statement = statement.where(DatasetRow.visibility == "public")
    rows = work.session.scalars(statement.order_by(DatasetRow.changed.desc(), DatasetRow.id).limit(limit))
    found = [decode_dataset(document) for document in rows]
    return [dataset for dataset in found if work.may(Permission.DATASET_READ, subject(dataset))]


def made_by(work: Work, user_id: str, *, limit: int = 1000) -> list[Dataset]:
    """Answer active datasets that a person made and the actor sees, newest first."""
    statement = select(DatasetRow.document).where(DatasetRow.created_by == user_id, DatasetRow.state == "active")
    rows = work.session.scalars(statement.order_by(DatasetRow.changed.desc(), DatasetRow.id).limit(limit))
    found = [decode_dataset(document) for document in rows]
    return [dataset for dataset in found if work.may(Permission.DATASET_READ, subject(dataset))]


def public_count(work: Work) -> int:
    """Answer how many public active datasets there are."""
    return work.session.scalar(select(func.count()).select_from(DatasetRow).where(*_public())) or 0


def find_resource(work: Work, resource_id: str) -> tuple[Dataset, Resource]:
    """Answer a resource and its dataset; raises NotFound, or NotAuthorized when the dataset may not be seen.

    Whoever holds a grant on the resource sees it, and of a hidden dataset nothing else.
    """
    row = work.session.get(ResourceRow, resource_id)
    dataset = find(work, row.dataset_id) if row else None
    for resource in dataset.resources if dataset else ():
        if dataset and resource.id == resource_id:
            if not work.may(Permission.DATASET_READ, subject(dataset)) and grants.holds(work, resource_id):
                return replace(dataset, resources=(resource,)), resource
            work.require(Permission.DATASET_READ, subject(dataset))
            return dataset, resource
    raise NotFound(Text(zh=f"没有资源 {resource_id}。", en=f"There is no resource {resource_id}."))


def remove(work: Work, ref: str) -> Dataset:
    """Withdraw a dataset: it stays, with its address and history, in the state deleted."""
    dataset = find(work, ref)
    if dataset is None:
        raise NotFound(Text(zh=f"没有数据集 {ref}。", en=f"There is no dataset {ref}."))
    work.require(Permission.DATASET_DELETE, subject(dataset))
    row = work.session.get_one(DatasetRow, dataset.id)
    return _write(work, row, dataset, replace(dataset, state="deleted"), "delete")


def purge(work: Work, ref: str) -> None:
    """Erase a dataset with its versions; its audit entries stay."""
    dataset = find(work, ref)
    if dataset is None:
        raise NotFound(Text(zh=f"没有数据集 {ref}。", en=f"There is no dataset {ref}."))
    work.require(Permission.DATASET_PURGE, subject(dataset))
    work.session.execute(delete(DatasetVersionRow).where(DatasetVersionRow.dataset_id == dataset.id))
    work.session.execute(delete(DatasetRow).where(DatasetRow.id == dataset.id))
    work.record("purge", "dataset", dataset.id, name=dataset.name)
    _disclose(work, dataset, None)
    work.index(dataset.id)


def _gathered(organization: Organization) -> tuple[Any, ...]:
    active = (DatasetRow.state == "active", DatasetRow.kind == "dataset")
    if organization.kind == "organization":
        return (*active, DatasetRow.owner_id == organization.id)
    themed = select(DatasetThemeRow.dataset_id).where(DatasetThemeRow.theme_id == organization.id)
    return (*active, DatasetRow.id.in_(themed))


def _public() -> tuple[Any, ...]:
    return (DatasetRow.state == "active", DatasetRow.visibility == "public", DatasetRow.kind == "dataset")


def _create(work: Work, dataset: Dataset) -> Dataset:
    name = dataset.name or names.free_dataset_name(work, names.slug(dataset.title))
    dataset = replace(dataset, id=dataset.id or work.new_id(), name=name)
    _check_name(work, dataset)
    work.require(Permission.DATASET_CREATE, subject(dataset))
    dataset = replace(
        dataset,
        created=dataset.created or work.now,
        changed=dataset.changed or dataset.created or work.now,
        created_by=dataset.created_by or work.actor.id,
        revision=1,
        resources=_settled(work, (), dataset.resources),
    )
    work.session.execute(adding(DatasetRow), [_columns(dataset)])
    _write_parts(work, dataset, fresh=True)
    work.record("create", "dataset", dataset.id, revision=1)
    _disclose(work, None, dataset)
    work.index(dataset.id)
    return dataset


def _replace(work: Work, row: DatasetRow, old: Dataset, new: Dataset) -> Dataset:
    work.require(Permission.DATASET_EDIT, subject(old))
    if new.owner != old.owner:
        work.require(Permission.DATASET_CREATE, subject(new))
    new = replace(new, name=new.name or old.name, created_by=old.created_by or new.created_by)
    return _write(work, row, old, new, "update")


def _write(work: Work, row: DatasetRow, old: Dataset, new: Dataset, verb: str) -> Dataset:
    """Keep `new` in place of `old` unless they say the same; the old document becomes a version."""
    given = new.changed if new.changed != old.changed else None
    new = replace(
        new,
        created=old.created,
        changed=old.changed,
        revision=old.revision,
        resources=_settled(work, old.resources, new.resources),
    )
    if new == old and given is None:
        return old
    if new.name != old.name:
        _check_name(work, new)
    work.session.execute(adding(DatasetVersionRow), [_version(work, old)])
    new = replace(new, changed=given or work.now, revision=old.revision + 1)
    work.session.execute(update(DatasetRow).where(DatasetRow.id == row.id).values(_columns(new)))
    _write_parts(work, new, fresh=False)
    work.record(verb, "dataset", new.id, revision=new.revision)
    _disclose(work, old, new)
    work.index(new.id)
    return new


def _disclose(work: Work, old: Dataset | None, new: Dataset | None) -> None:
    """Tell the public log what became of a dataset that everybody may see, or might before."""
    shown = new is not None and subject(new).open
    known = old is not None and subject(old).open
    dataset = new or old
    if dataset is None or not (shown or known):
        return
    note = Note(
        event=("changed" if known else "published") if shown else "withdrawn",
        kind=dataset.kind,
        subject=dataset.id,
        owner=dataset.owner,
        revision=dataset.revision,
        digest=hashlib.sha256(encode(dataset)).hexdigest() if shown else "",
    )
    work.disclose(note)


def _settled(work: Work, old: Iterable[Resource], new: Iterable[Resource]) -> tuple[Resource, ...]:
    """Give ids and moments to resources; a resource that says the same keeps its moment of change."""
    before = {resource.id: resource for resource in old}
    return tuple(_settle(work, before.get(resource.id), resource) for resource in new)


def _settle(work: Work, old: Resource | None, new: Resource) -> Resource:
    if old is None:
        return msgspec.structs.replace(
            new, id=new.id or work.new_id(), created=new.created or work.now, changed=new.changed or work.now
        )
    same = msgspec.structs.replace(new, created=old.created, changed=old.changed)
    return same if same == old else msgspec.structs.replace(same, changed=work.now)


def _check_name(work: Work, dataset: Dataset) -> None:
    if not names.valid(dataset.name):
        text = Text(
            zh="名称须为 2 至 100 个小写字母、数字、- 或 _。",
            en="A name takes 2 to 100 characters: lower-case letters, digits, - and _.",
        )
        raise Invalid({"name": [text.en]}, text, code="bad-name")
    taken = select(DatasetRow.id).where(DatasetRow.name == dataset.name, DatasetRow.id != dataset.id)
    if work.session.execute(taken).first():
        text = Text(zh=f"名称 {dataset.name} 已被使用。", en=f"The name {dataset.name} is already in use.")
        raise Invalid({"name": [text.en]}, text, code="name-taken")


def _columns(dataset: Dataset) -> dict[str, Any]:
    return {
        "id": dataset.id,
        "name": dataset.name,
        "title": dataset.title,
        "owner_id": dataset.owner,
        "state": dataset.state,
        "visibility": dataset.visibility,
        "kind": dataset.kind,
        "created_by": dataset.created_by,
        "created": dataset.created,
        "changed": dataset.changed,
        "revision": dataset.revision,
        "source_id": dataset.origin.source if dataset.origin else "",
        "document": encode(dataset).decode(),
    }


def _version(work: Work, old: Dataset) -> dict[str, Any]:
    return {
        "dataset_id": old.id,
        "revision": old.revision,
        "since": old.changed,
        "until": work.now,
        "replaced_by": work.actor.id,
        "document": encode(old).decode(),
    }


def _write_parts(work: Work, dataset: Dataset, *, fresh: bool) -> None:
    """Bring the narrow rows (resources, keywords, themes) in line with the document."""
    session = work.session
    if not fresh:
        for table in (ResourceRow, DatasetKeywordRow, DatasetThemeRow):
            session.execute(delete(table).where(table.dataset_id == dataset.id))
    if dataset.resources:
        session.execute(
            adding(ResourceRow), [_resource_columns(dataset.id, n, r) for n, r in enumerate(dataset.resources)]
        )
    keywords = {("", word) for word in dataset.keywords}
    keywords |= {(vocabulary, word) for vocabulary, words in dataset.terms.items() for word in words}
    if keywords:
        rows = [{"dataset_id": dataset.id, "vocabulary_id": v, "keyword": word[:200]} for v, word in keywords]
        session.execute(adding(DatasetKeywordRow), list({tuple(row.values()): row for row in rows}.values()))
    if dataset.themes:
        themes = dict.fromkeys(dataset.themes)
        session.execute(adding(DatasetThemeRow), [{"dataset_id": dataset.id, "theme_id": theme} for theme in themes])


def _resource_columns(dataset_id: str, position: int, resource: Resource) -> dict[str, Any]:
    return {
        "id": resource.id,
        "dataset_id": dataset_id,
        "position": position,
        "title": resource.title,
        "description": resource.description,
        "format": resource.format,
        "url": resource.url,
        "hash": resource.hash,
    }


def _moved_on(old: Dataset) -> Text:
    return Text(
        zh=f"数据集 {old.name} 已被他人修改（现为第 {old.revision} 版），请重新载入后再改。",
        en=f"Dataset {old.name} was changed meanwhile (it is at revision {old.revision}); load it again and repeat.",
    )
