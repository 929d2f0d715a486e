"""Ratings: how useful readers find a dataset, one to five; one rating a reader, the last one counts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import func, select

from publisher import datasets
from publisher.auth import Permission
from publisher.disclosure_orm import RatingRow
from publisher.refusals import BadForm
from publisher.work import Work
from schemas.errors import NotFound
from schemas.text import Text


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """How many readers rated a dataset, and their mean."""

    count: int = 0
    mean: float | None = None


def rate(work: Work, ref: str, stars: int, *, sender: str = "") -> Rating:
    """Rate a dataset; `sender` is an opaque key of a reader without an account.

    Raises NotFound alike for hidden and absent datasets, and BadForm for a rating outside 1 to 5 or from nobody.
    """
    dataset = datasets.find(work, ref)
    if dataset is None or not work.may(Permission.DATASET_READ, datasets.subject(dataset)):
        raise NotFound(Text(zh=f"没有数据集 {ref}。", en=f"There is no dataset {ref}."))
    work.require(Permission.FEEDBACK_SEND, datasets.subject(dataset))
    rater = work.actor.id or sender
    if not 1 <= stars <= 5 or not rater:
        raise BadForm({"stars": Text(zh="评分为 1 至 5 分。", en="A rating is 1 to 5.")})
    work.session.merge(RatingRow(dataset_id=dataset.id, rater=rater, stars=stars, at=work.now))
    work.session.flush()
    work.record("rate", "dataset", dataset.id, stars=stars)
    return of(work, [dataset.id])[dataset.id]


def of(work: Work, dataset_ids: Sequence[str]) -> dict[str, Rating]:
    """Answer the ratings of datasets that the actor has read, by id."""
    statement = (
        select(RatingRow.dataset_id, func.count(), func.avg(RatingRow.stars))
        .where(RatingRow.dataset_id.in_(list(dataset_ids)))
        .group_by(RatingRow.dataset_id)
    )
    found = {key: Rating(count=count, mean=float(mean)) for key, count, mean in work.session.execute(statement)}
    return {key: found.get(key, Rating()) for key in dataset_ids}
