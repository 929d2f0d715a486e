"""Views: the ways in which a resource is shown (an image, a table, a text), in an order that its editors choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, String, Text, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from publisher import datasets
from publisher.auth import Permission
from publisher.orm import Base
from publisher.work import Work
from schemas.errors import Invalid, NotFound
from schemas.model import Dataset, Resource
from schemas.text import Text as Words

TYPES = ("image_view", "text_view", "datatables_view")
IMAGES = frozenset({"png", "jpeg", "jpg", "gif", "svg", "webp"})


class ViewRow(Base):
    """One view of a resource."""

    __tablename__ = "resource_view"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), index=True)
    resource_id: Mapped[str] = mapped_column(String(100), index=True)
    position: Mapped[int]
    type: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    settings: Mapped[dict[str, Any]]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One view: its type, title, description and what its type needs to know."""

    id: str = ""
    dataset_id: str = ""
    resource_id: str = ""
    type: str
    title: str = ""
    description: str | None = None
    settings: dict[str, Any] = {}


def of_resource(work: Work, resource_id: str) -> list[View]:
    """Answer the views of a resource in their order; raises NotFound, or NotAuthorized when it may not be seen."""
    datasets.find_resource(work, resource_id)
    rows = work.session.scalars(
        select(ViewRow).where(ViewRow.resource_id == resource_id).order_by(ViewRow.position, ViewRow.id)
    )
    return [_view(row) for row in rows]


def find(work: Work, view_id: str) -> View | None:
    """Answer a view whoever may see it, or None."""
    row = work.session.get(ViewRow, view_id)
    return _view(row) if row else None


def get(work: Work, view_id: str) -> View:
    """Answer a view; raises NotFound, or NotAuthorized when its dataset may not be seen."""
    view = find(work, view_id)
    if view is None:
        raise NotFound(Words(zh=f"没有视图 {view_id}。", en=f"There is no view {view_id}."))
    datasets.find_resource(work, view.resource_id)
    return view


def add(work: Work, resource_id: str, view: View) -> View:
    """Add a view behind the others of a resource; raises Invalid for an unknown type."""
    dataset, resource = datasets.find_resource(work, resource_id)
    work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    _check(view)
    return _insert(work, dataset, resource, view)


def change(work: Work, view: View) -> View:
    """Replace a view by the one of the same id."""
    row = work.session.get(ViewRow, view.id)
    if row is None:
        raise NotFound(Words(zh=f"没有视图 {view.id}。", en=f"There is no view {view.id}."))
    work.require(Permission.DATASET_EDIT, datasets.subject(_dataset(work, row.dataset_id)))
    _check(view)
    row.type, row.title, row.description, row.settings = view.type, view.title, view.description, view.settings
    work.session.flush()
    work.record("update-view", "dataset", row.dataset_id, view=row.id)
    return _view(row)


def remove(work: Work, view_id: str) -> View:
    """Take a view away and answer what it was."""
    row = work.session.get(ViewRow, view_id)
    if row is None:
        raise NotFound(Words(zh=f"没有视图 {view_id}。", en=f"There is no view {view_id}."))
    work.require(Permission.DATASET_EDIT, datasets.subject(_dataset(work, row.dataset_id)))
    view = _view(row)
    work.session.delete(row)
    work.session.flush()
    work.record("delete-view", "dataset", view.dataset_id, view=view.id)
    return view


def reorder(work: Work, resource_id: str, order: Sequence[str]) -> list[str]:
    """Put the named views first, in this order; answer the ids of all of the resource's views as they now stand."""
    dataset, _ = datasets.find_resource(work, resource_id)
    work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    rows = {row.id: row for row in work.session.scalars(select(ViewRow).where(ViewRow.resource_id == resource_id))}
    unknown = [key for key in order if key not in rows]
    if unknown:
        raise Invalid({"order": [f"The resource has no view {unknown[0]}."]}, code="no-view")
    kept = sorted((row for row in rows.values() if row.id not in order), key=lambda row: (row.position, row.id))
    for position, row in enumerate([rows[key] for key in order] + kept):
        row.position = position
    work.session.flush()
    work.record("reorder-views", "dataset", dataset.id, resource=resource_id)
    return [*order, *(row.id for row in kept)]


def clear(work: Work, types: Sequence[str] = ()) -> None:
    """Take away every view of the site, or every one of these types; administrators only."""
    work.require(Permission.SITE_ADMIN)
    statement = delete(ViewRow)
    work.session.execute(statement.where(ViewRow.type.in_(types)) if types else statement)
    work.record("clear-views", "site", "", types=list(types))


def add_defaults(work: Work, dataset: Dataset, resources: Iterable[Resource]) -> list[View]:
    """Give images that have no view the one that shows them; the caller may edit the dataset."""
    work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    image = View(type="image_view", title="Image", description="")
    return [
        _insert(work, dataset, resource, image)
        for resource in resources
        if resource.format.lower() in IMAGES and not _count(work, resource.id)
    ]


def _check(view: View) -> None:
    if view.type not in TYPES:
        text = Words(zh=f"没有 {view.type} 这种视图。", en=f"There is no kind of view named {view.type}.")
        raise Invalid({"type": [text.en]}, text, code="no-view-type")


def _insert(work: Work, dataset: Dataset, resource: Resource, view: View) -> View:
    kept = msgspec.structs.replace(view, id=work.new_id(), dataset_id=dataset.id, resource_id=resource.id)
    columns: dict[str, Any] = msgspec.structs.asdict(kept)
    work.session.execute(insert(ViewRow), [columns | {"position": _count(work, resource.id)}])
    work.record("create-view", "dataset", dataset.id, view=kept.id)
    return kept


def _count(work: Work, resource_id: str) -> int:
    return work.session.scalar(select(func.count()).select_from(ViewRow).where(ViewRow.resource_id == resource_id)) or 0


def _dataset(work: Work, dataset_id: str) -> Dataset:
    found = datasets.find(work, dataset_id)
    if found is None:
        raise NotFound(Words(zh=f"没有数据集 {dataset_id}。", en=f"There is no dataset {dataset_id}."))
    return found


def _view(row: ViewRow) -> View:
    return View(
        id=row.id,
        dataset_id=row.dataset_id,
        resource_id=row.resource_id,
        type=row.type,
        title=row.title,
        description=row.description,
        settings=row.settings,
    )
