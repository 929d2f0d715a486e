"""Actions that answer the catalogue and its datasets in RDF, and as plain DCAT dictionaries."""

from __future__ import annotations

from typing import Any

from publisher import datasets, indexing
from publisher.auth import Permission
from schemas.errors import Invalid
from schemas.mappings import dcat_ap
from schemas.model import Dataset, Resource
from schemas.text import Text
from search.query import All, Query
from search.syntax import parse_filter, parse_q
from web import questions
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import Missing, SearchRefused
from web.catalogues import around

ROWS = 100


def dcat_dataset_show(call: Call) -> str:
    """Answer one dataset as RDF."""
    dataset = datasets.find(call.work, call.text("id"))
    if dataset is None:
        raise Missing()
    call.permit(datasets.subject(dataset), f"read package {dataset.id}")
    return dcat_ap.write(dataset, around(call.work, [dataset])[dataset.id], _form(call)).decode()


def dcat_catalog_show(call: Call) -> str:
    """Answer one page of the catalogue as RDF."""
    total, found = _found(call)
    surroundings = around(call.work, found)
    config = call.work.config
    return dcat_ap.catalogue(
        [(one, surroundings[one.id]) for one in found],
        site_url=call.site,
        title=config.site_title_en,
        description=config.site_description_en,
        page=call.get("page", 1),
        pages=max(1, -(-total // ROWS)),
        total=total,
        extension=_form(call),
    ).decode()


def dcat_datasets_list(call: Call) -> list[dict[str, Any]]:
    """Answer one page of datasets as DCAT dictionaries."""
    return [_shown(one) for one in _found(call)[1]]


def _form(call: Call) -> str:
    form = call.text("format") or "rdf"
    if form not in dcat_ap.FORMS:
        raise Invalid({"format": [f"Format {form} is not one of {', '.join(dcat_ap.FORMS)}"]})
    return form


def _found(call: Call) -> tuple[int, list[Dataset]]:
    """Answer how many public datasets there are, and the page that was asked for, newest first."""
    call.permit()
    try:
        where = parse_q(call.text("q"), call.work.now) if call.text("q") else All()
        filters = [parse_filter(call.text("fq"), call.work.now)] if call.text("fq") else []
        if call.text("modified_since"):
            filters.append(parse_filter(f'metadata_modified:["{call.text("modified_since")}" TO *]', call.work.now))
    except Invalid as error:
        raise SearchRefused(message=f"Search error: {error}") from None
    query = Query(
        where=where,
        filters=(*questions.ACTIVE, *filters),
        sort=questions.CHANGED,
        start=(call.get("page", 1) - 1) * ROWS,
        rows=ROWS,
    )
    results = indexing.search(call.work, query)
    return results.total, datasets.many(call.work, results.ids)


def _shown(dataset: Dataset) -> dict[str, Any]:
    publisher = {"name": dataset.publisher.name} if dataset.publisher is not None else {}
    creator = {"name": dataset.creator.name} if dataset.creator.name else {}
    more = {"issued": dataset.issued, "modified": dataset.modified, "identifier": dataset.identifier}
    return {
        "title": dataset.title,
        "description": dataset.description or None,
        "landingPage": dataset.landing_page or None,
        "keyword": sorted(dataset.keywords),
        "publisher": publisher,
        "creator": creator,
        **{name: value for name, value in more.items() if value},
        "distribution": [_distribution(resource) for resource in dataset.resources],
    }


def _distribution(resource: Resource) -> dict[str, Any]:
    return {
        "title": resource.title or None,
        "description": resource.description or None,
        "format": resource.format,
        "byteSize": resource.bytes,
        "accessURL": resource.url,
    }


FORMAT = Param("format", "text", Text(zh="格式。", en=f"One of {', '.join(dcat_ap.FORMS)}; rdf unless given."))
PROFILES = Param("profiles", "any", Text(zh="兼容参数：总是 DCAT-AP。", en="Kept for clients: it is always DCAT-AP."))
PAGED = (
    Param("page", "positive", Text(zh="页码，每页 100 个。", en="Page, of 100 datasets each."), default=1),
    Param("modified_since", "text", Text(zh="此时刻以后变更的。", en="Only what changed since this moment.")),
    Param("q", "text", Text(zh="检索词。", en="Words to search for.")),
    Param("fq", "text", Text(zh="过滤条件。", en="Filter.")),
)

ACTIONS = (
    Action(
        "dcat_dataset_show",
        dcat_dataset_show,
        Text(zh="以 RDF 返回一个数据集。", en="Return one dataset serialized as RDF."),
        (reference(), FORMAT, PROFILES),
        permission=Permission.DATASET_READ,
        returns="string",
    ),
    *(
        Action(name, dcat_catalog_show, help, (*PAGED, FORMAT, PROFILES), returns="string")
        for name, help in (
            ("dcat_catalog_show", Text(zh="以 RDF 返回目录的一页。", en="Return a page of the catalogue as RDF.")),
            ("dcat_catalog_search", Text(zh="以 RDF 返回检索结果。", en="Return datasets that match, as RDF.")),
        )
    ),
    Action(
        "dcat_datasets_list",
        dcat_datasets_list,
        Text(zh="以 DCAT 字典返回一页数据集。", en="Return a page of datasets as DCAT JSON dictionaries."),
        PAGED,
        returns="array",
    ),
)
