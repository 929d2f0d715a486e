"""Elasticsearch 8.19 as the engine for many machines, through elasticsearch-py.

`http://host:9200/prefix` names the cluster and the prefix of its indexes (`gongkai` by default): the live one is the
alias `prefix`, generations are `prefix-000001` and so on; a rebuild writes the next one and swaps the alias. Settings
stand in the address: `?shards=3&replicas=1`. Several nodes: `http://a:9200,b:9200/prefix`. A name and password may
stand before the host, or `?api_key=…` at the end.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from elasticsearch import ApiError, Elasticsearch, TransportError, helpers

from schemas.errors import GongkaiError, Invalid, Unavailable
from schemas.text import Text
from search import encoding, text
from search.backends.counting import counts_of, rank_suggestions
from search.backends.elastic_query import Native, question, ticked
from search.backends.matching import facet_place, order_column
from search.document import Document
from search.query import Count, Facet, Hit, Query, Results, Suggestion, scores

CHUNK = 500
SECONDS = 30
MOST_VALUES = 65_000
DEEPEST = 2_000_000_000
DEEP = 10_000
_Answer = TypeVar("_Answer")


class Elastic:
    """An Elasticsearch index behind an alias; see `search.backends.Backend`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        settings = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.alias = parts.path.strip("/") or "gongkai"
        self._address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{self.alias}"
        self._shards, self._replicas = _number(settings, "shards", 1), _number(settings, "replicas", 0)
        self._client = _client(url, settings)
        self._checked = False

    def search(self, query: Query) -> Results:
        """Answer one question."""
        if query.start > DEEP and query.start >= self._total(query):
            query = msgspec.structs.replace(query, start=0, rows=0)
        body = _body(query)
        answer = self._ask(lambda: self._client.search(index=self.alias, **body))
        hits = answer["hits"]
        found = tuple(Hit(hit["_id"], float(hit.get("_score") or 0.0)) for hit in hits["hits"])
        return Results(total=hits["total"]["value"], hits=found, facets=_counted(query, answer))

    def _total(self, query: Query) -> int:
        """Answer how many match, before a page that may lie beyond them is asked for."""
        counted = _body(msgspec.structs.replace(query, start=0, rows=0, facets=()))
        return int(self._ask(lambda: self._client.search(index=self.alias, **counted))["hits"]["total"]["value"])

    def suggest(self, typed: str, kinds: tuple[str, ...] = (), limit: int = 8) -> tuple[Suggestion, ...]:
        """Complete what a person types from keywords, owners and themes of public datasets."""
        typed = text.sort_key(typed).replace("\t", " ")[:100]
        if not typed:
            return ()
        terms = {"field": "suggestions", "size": 500, "include": f"{_literal(typed)}.*"}
        query = {"prefix": {"suggestions": {"value": typed}}}
        answer = self._ask(
            lambda: self._client.search(index=self.alias, query=query, size=0, aggs={"found": {"terms": terms}})
        )
        buckets = answer["aggregations"]["found"]["buckets"]
        return rank_suggestions(((one["key"], one["doc_count"]) for one in buckets), kinds, limit)

    def explain(self, query: Query, dataset_id: str) -> str:
        """Tell how the score of one document came about."""
        client = self._client.options(ignore_status=404)
        answer = self._ask(lambda: client.explain(index=self.alias, id=dataset_id, query=_scored(query)))
        return json.dumps(answer.get("explanation", {}))

    def write(self, upserts: Iterable[Document], deletes: Iterable[str] = ()) -> None:
        """Replace and take out documents; they are visible when this returns."""
        self._ask(lambda: self._bulk(self.alias, upserts, deletes))
        self._ask(lambda: self._client.indices.refresh(index=self.alias))

    def ids(self) -> Iterator[tuple[str, int]]:
        """Answer id and indexed revision of every document."""
        page: dict[str, Any] = {"size": 10_000, "sort": ["tie"], "docvalue_fields": ["revision"]}
        while True:
            asked = dict(page)
            answer = self._ask(lambda asked=asked: self._client.search(index=self.alias, **asked))  # type: ignore[misc]
            hits = answer["hits"]["hits"]
            yield from ((hit["_id"], int(hit.get("fields", {}).get("revision", [0])[0])) for hit in hits)
            if len(hits) < 10_000:
                return
            page["search_after"] = hits[-1]["sort"]

    @contextmanager
    def rebuild(self) -> Iterator[_Rebuild]:
        """Write the next generation beside the live one and swap the alias at the end."""
        old = self._try(self._generations)
        name = f"{self.alias}-{max(map(_generation, old), default=0) + 1:06d}"
        self._try(lambda: self._create(name))
        try:
            yield _Rebuild(lambda upserts: self._try(lambda: self._bulk(name, upserts, ())))
            self._try(lambda: self._client.indices.refresh(index=name))
            self._try(lambda: self._swap(name, old))
        except BaseException:
            self._try(lambda: self._client.options(ignore_status=404).indices.delete(index=name))
            raise

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def _ask(self, call: Callable[[], _Answer]) -> _Answer:
        """Ask the cluster, after making sure once that the live index is there and of this version."""
        if not self._checked:
            self._try(self._prepare)
            self._checked = True
        return self._try(call)

    def _try(self, call: Callable[[], _Answer]) -> _Answer:
        """Ask the cluster; what it cannot answer becomes `Unavailable`, what it refuses `Invalid`."""
        try:
            return call()
        except (TransportError, ApiError, helpers.BulkIndexError) as error:
            self._checked = False
            raise self._told(error) from error

    def _prepare(self) -> None:
        if not self._client.indices.exists(index=self.alias):
            name = f"{self.alias}-000001"
            self._create(name)
            self._client.indices.put_alias(index=name, name=self.alias)
        for found in self._client.indices.get_mapping(index=self.alias).values():
            if found["mappings"].get("_meta", {}).get("fingerprint") != fingerprint():
                raise _outdated(self._address)

    def _generations(self) -> list[str]:
        return sorted(self._client.indices.get(index=f"{self.alias}-*", allow_no_indices=True))

    def _create(self, name: str) -> None:
        settings = {
            "number_of_shards": self._shards,
            "number_of_replicas": self._replicas,
            "max_result_window": DEEPEST,
            "refresh_interval": "60s",
        }
        with_400 = self._client.options(ignore_status=400)  # another process may have made it meanwhile
        with_400.indices.create(index=name, settings=settings, mappings=_mappings())

    def _swap(self, name: str, old: list[str]) -> None:
        """Let the alias name the new generation, keep its predecessor, take away the ones before."""
        actions: list[dict[str, Any]] = [{"remove": {"index": one, "alias": self.alias}} for one in self._aliased()]
        self._client.indices.update_aliases(actions=[*actions, {"add": {"index": name, "alias": self.alias}}])
        self._checked = False
        for gone in old[:-1]:
            self._client.indices.delete(index=gone)

    def _aliased(self) -> list[str]:
        if not self._client.indices.exists_alias(name=self.alias):
            return []
        return list(self._client.indices.get_alias(name=self.alias))

    def _bulk(self, index: str, upserts: Iterable[Document], deletes: Iterable[str]) -> None:
        actions = _actions(index, upserts, deletes)
        for done, item in helpers.streaming_bulk(self._client, actions, chunk_size=CHUNK, raise_on_error=False):
            outcome = next(iter(item.values()))
            if not done and outcome.get("status") != 404:
                raise helpers.BulkIndexError("not indexed", [item])

    def _told(self, error: Exception) -> GongkaiError:
        if isinstance(error, ApiError) and error.status_code == 400:
            reason = str(error.message)
            return Invalid({"q": [f"The search engine refuses the question: {reason}."]})
        return Unavailable(
            Text(
                zh=f"搜索引擎 {self._address} 没有正常应答（{_reason(error)}），请稍后再试。",
                en=f"The search engine at {self._address} does not answer ({_reason(error)}). Try again later.",
            )
        )


class _Rebuild:
    """Takes documents for the next generation."""

    def __init__(self, write: Callable[[Iterable[Document]], None]) -> None:
        self.write = write


def fingerprint() -> str:
    """Answer a mark that changes when columns or the analysis of texts change."""
    return hashlib.sha256(repr((encoding.ANALYSIS, encoding.columns())).encode()).hexdigest()[:16]


def _client(url: str, settings: dict[str, str]) -> Elasticsearch:
    parts = urlsplit(url)
    sign_in, _, hosts = parts.netloc.rpartition("@")
    name, _, password = sign_in.partition(":")
    nodes = [f"{parts.scheme}://{_with_port(host, parts.scheme)}" for host in hosts.split(",")]
    secret: dict[str, Any] = {"basic_auth": (unquote(name), unquote(password))} if name else {}
    if "api_key" in settings:
        secret = {"api_key": settings["api_key"]}
    try:
        return Elasticsearch(nodes, request_timeout=SECONDS, max_retries=1, retry_on_timeout=False, **secret)
    except ValueError as error:
        raise _wrong_address(str(error)) from error


def _with_port(host: str, scheme: str) -> str:
    return host if re.search(r":\d+$", host) else f"{host}:{443 if scheme == 'https' else 9200}"


def _number(settings: dict[str, str], name: str, default: int) -> int:
    told = settings.get(name, str(default))
    if not told.isdigit():
        raise _wrong_address(f"{name}={told} is not a number")
    return int(told)


def _mappings() -> dict[str, Any]:
    properties = {column.name: _property(column) for column in encoding.columns()}
    meta = {"fingerprint": fingerprint()}
    return {"dynamic": "strict", "_source": {"enabled": False}, "_meta": meta, "properties": properties}


def _property(column: encoding.Column) -> dict[str, Any]:
    if column.type == "tokens":
        return {"type": "text", "analyzer": "whitespace"}
    kinds = {"exact": "keyword", "integer": "long", "float": "double"}
    return {"type": kinds[column.type], "index": not column.order}


def _actions(index: str, upserts: Iterable[Document], deletes: Iterable[str]) -> Iterator[dict[str, Any]]:
    for dataset_id in deletes:
        yield {"_op_type": "delete", "_index": index, "_id": dataset_id}
    for document in upserts:
        yield {"_op_type": "index", "_index": index, "_id": document.id, "_source": encoding.encode(document)}


def _body(query: Query) -> dict[str, Any]:
    body: dict[str, Any] = {
        "query": _scored(query),
        "from_": query.start,
        "size": max(query.rows, 0),
        "sort": _order(query),
        "track_total_hits": True,
        "source": False,
    }
    if query.selected:
        body["post_filter"] = {"bool": {"filter": ticked(query)}}
    if query.facets:
        body["aggs"] = {facet.field: _counting(query, facet) for facet in query.facets}
    return body


def _scored(query: Query) -> Native:
    asked = question(query)
    if not query.weighted:
        return asked
    factor = {"field_value_factor": {"field": "weight", "missing": 1.0}}
    return {"function_score": {"query": asked, "boost_mode": "multiply", **factor}}


def _order(query: Query) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = []
    for key in query.sort:
        direction = "desc" if key.descending else "asc"
        if key.field != "score":
            keys.append({order_column(key.field): {"order": direction}})
        elif scores(query.where):
            keys.append({"_score": {"order": direction}})
    return [*keys, {"tie": {"order": "asc"}}]


def _counting(query: Query, facet: Facet) -> dict[str, Any]:
    where = facet_place(facet.field)
    size = MOST_VALUES if facet.limit < 0 else min(MOST_VALUES, 2 * facet.limit + 50)
    terms: dict[str, Any] = {"field": where.column, "size": size, "shard_size": MOST_VALUES}
    if where.key:
        terms["include"] = f"{_literal(where.exact(''))}.*"
    narrowed = {"bool": {"filter": ticked(query, without=facet.field)}}
    return {"filter": narrowed, "aggs": {"values": {"terms": terms}}} if query.selected else {"terms": terms}


def _counted(query: Query, answer: Any) -> dict[str, tuple[Count, ...]]:
    counted = answer.get("aggregations", {})
    found = {facet: counted[facet.field].get("values") or counted[facet.field] for facet in query.facets}
    return {facet.field: counts_of(values["buckets"], facet) for facet, values in found.items()}


def _generation(name: str) -> int:
    last = name.rpartition("-")[2]
    return int(last) if last.isdigit() else 0


def _literal(value: str) -> str:
    """Write a text so that Lucene's regular expressions take it as it is."""
    return re.sub(r'([.?+*|{}\[\]()"\\#@&<>~^$-])', r"\\\1", value)


def _reason(error: Exception) -> str:
    if isinstance(error, ApiError):
        return f"status {error.status_code}"
    return "documents refused" if isinstance(error, helpers.BulkIndexError) else type(error).__name__


def _wrong_address(reason: str) -> Invalid:
    return Invalid(
        {"search_url": [reason]},
        Text(zh=f"搜索引擎地址无效：{reason}。", en=f"The search address is not valid: {reason}."),
    )


def _outdated(address: str) -> Unavailable:
    return Unavailable(
        Text(
            zh=f"搜索索引 {address} 由另一个版本创建，请运行 gongkai index rebuild。",
            en=f"The search index at {address} was made by another version. Run gongkai index rebuild.",
        ),
        code="index-outdated",
    )
