"""Access: who may fetch the content of a resource, as against reading that it exists."""

from __future__ import annotations

import msgspec

from publisher import datasets, grants
from publisher.auth import Permission, Subject
from publisher.work import Work
from schemas.model import Dataset, Resource


def may_fetch(work: Work, dataset: Dataset, resource: Resource) -> bool:
    """Tell whether the actor may have the bytes or rows of a resource."""
    return work.may(Permission.RESOURCE_FETCH, _about(work, dataset, resource))


def require_fetch(work: Work, dataset: Dataset, resource: Resource) -> None:
    """Raise NotAuthorized unless the actor may have the bytes or rows of a resource.

    Public data is for whoever may read the dataset. Restricted and non-public data is for the department that owns it,
    and for those who hold a grant on this very resource.
    """
    work.require(Permission.RESOURCE_FETCH, _about(work, dataset, resource))


def _about(work: Work, dataset: Dataset, resource: Resource) -> Subject:
    about = datasets.subject(dataset)
    if dataset.access_level == "public" and work.may(Permission.DATASET_READ, about):
        return about
    return msgspec.structs.replace(about, open=False, proved=grants.holds(work, resource.id))
