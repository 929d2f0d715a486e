"""Tables or one query of a database, taken as snapshots with their data dictionary; read-only and bounded."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from harvester.faults import Fetching
from harvester.guard import Allowed
from harvester.source import Context, Option, Parsed, Payload, Raw, problem
from schemas.errors import Invalid
from schemas.model import Dataset, Resource
from schemas.text import Text

ROWS = 5_000_000
PART = 20_000
SECONDS = 600
DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql")


class Sql:
    """Reads tables of a database."""

    name = "sql"
    label = Text("数据库", "Database")
    help = Text(
        "以只读方式读取数据库的表或查询，每次生成快照和数据字典。地址为不含密码的 SQLAlchemy 地址。",
        "Reads tables or a query of a database, read-only, as snapshots with a data dictionary. The address is an "
        "SQLAlchemy URL without the password.",
    )
    options = (
        Option(name="tables", help=Text("表名，逗号分隔；留空为全部", "Names of tables, with commas; all when empty")),
        Option(name="query", help=Text("查询语句（代替表）", "A query, in place of tables")),
        Option(name="title", help=Text("查询结果的名称", "What the result of the query is called")),
        Option(name="rows", help=Text("最多行数", "The most rows of a table"), default=ROWS),
        Option(name="password", help=Text("密码", "Password"), secret=True),
    )
    volatile: frozenset[str] = frozenset()

    def check(self, url: str, options: Mapping[str, Any]) -> None:
        """Refuse an address that is none, one that holds a password, and a query that is not one reading statement."""
        address = _address(url)
        if address.password:
            raise Invalid({"url": ["Leave the password out of the address; give it as the secret 'password'."]})
        query = str(options.get("query") or "").strip().rstrip(";")
        if query and (";" in query or query.split(None, 1)[0].lower() not in ("select", "with")):
            raise Invalid({"options.query": ["One statement that begins with SELECT or WITH."]})
        if query and not options.get("title"):
            raise Invalid({"options.title": ["A query needs a title."]})

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield one record for every table, with its rows in a Parquet file of the run."""
        address = _guarded(_address(context.url), context.fetcher.allowed)
        if password := str(context.option("password")):
            address = address.set(password=password)
        context.archive.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(address, poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                _read_only(connection)
                yield from _snapshots(connection, context)
        except (sa.exc.SQLAlchemyError, pa.ArrowException) as error:
            raise Fetching("database", _shown(address), _short(error)) from error
        finally:
            engine.dispose()

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read a snapshot as a dataset of one table."""
        found = raw.payload
        path = context.archive / str(found["file"])
        schema = {"fields": found["fields"], **({"primaryKey": found["key"]} if found["key"] else {})}
        resource = Resource(
            title=str(found["title"]),
            url=path.as_uri(),
            uri=raw.remote_id,
            format="Parquet",
            media_type="application/vnd.apache.parquet",
            schema=schema,
        )
        dataset = Dataset(title=str(found["title"]), description=str(found["description"]), resources=(resource,))
        return Parsed(dataset=dataset)

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Recognise nothing: a database is named by its address."""
        return False


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except sa.exc.ArgumentError as error:
        raise Invalid({"url": ["An SQLAlchemy URL such as postgresql+psycopg://reader@host/name."]}) from error
    if address.get_backend_name() not in DIALECTS:
        raise Invalid({"url": [f"A database of {', '.join(DIALECTS)}."]})
    return address


def _guarded(address: URL, allowed: Allowed) -> URL:
    """Let through files in allowed folders and hosts on the operator's list alone."""
    if address.get_backend_name() == "sqlite":
        path = allowed.folder(Path(address.database or "").expanduser())
        return address.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})
    host, port = address.host or "localhost", address.port
    if allowed.names(host, port):
        return address
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Fetching("host-unknown", _shown(address)) from error
    ip = str(found[0][4][0])
    if not allowed.holds(ip):
        raise Fetching("address-refused", _shown(address))
    return address.set(host=ip)


def _read_only(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {SECONDS * 1000}")


def _snapshots(connection: sa.Connection, context: Context) -> Iterator[Raw]:
    query = str(context.option("query")).strip().rstrip(";")
    if query:
        yield _snapshot(connection, context, str(context.option("title")), sa.text(query), {})
        return
    inspector = sa.inspect(connection)
    wanted = [name.strip() for name in str(context.option("tables")).split(",") if name.strip()]
    present = set(inspector.get_table_names()) | set(inspector.get_view_names())
    for name in wanted or sorted(inspector.get_table_names()):
        if name not in present:
            yield _absent(name)
            continue
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        order = list(table.primary_key.columns) or list(table.columns)
        dictionary = {
            "comment": inspector.get_table_comment(name).get("text") if _comments(connection) else "",
            "columns": {c.name: c.comment for c in table.columns},
            "key": [c.name for c in table.primary_key.columns],
        }
        yield _snapshot(connection, context, name, sa.select(table).order_by(*order), dictionary)


def _comments(connection: sa.Connection) -> bool:
    return bool(connection.dialect.supports_comments)


def _snapshot(
    connection: sa.Connection, context: Context, name: str, statement: Any, dictionary: dict[str, Any]
) -> Raw:
    """Write the rows of a statement into a Parquet file and describe it."""
    file = f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.parquet"
    result = connection.execution_options(stream_results=True, yield_per=PART).execute(statement)
    arrow, rows = _written(context, name, context.archive / file, result)
    with (context.archive / file).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    comments = dictionary.get("columns", {})
    payload: Payload = {
        "title": name,
        "description": dictionary.get("comment") or "",
        "file": file,
        "sha256": digest,
        "rows": rows,
        "key": dictionary.get("key", []),
        "fields": [_field(field, comments.get(field.name)) for field in arrow],
    }
    return Raw(remote_id=name, payload=payload)


def _written(context: Context, name: str, path: Path, result: sa.CursorResult[Any]) -> tuple[pa.Schema, int]:
    """Write all rows, a part at a time; columns are typed after the first part."""
    names, most = list(result.keys()), int(context.option("rows", ROWS))
    schema, rows = pa.schema([(n, pa.string()) for n in names]), 0
    writer: pq.ParquetWriter | None = None
    try:
        for part in result.partitions(PART):
            rows += len(part)
            if rows > most:
                raise Fetching("too-large", name, f"more than {most} rows")
            columns = dict(zip(names, zip(*part, strict=True), strict=True))
            if writer is None:
                schema = pa.schema([(n, _typed(values)) for n, values in columns.items()])
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            arrays = [_array(values, schema.field(n).type) for n, values in columns.items()]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            context.fetcher.pulse()
        writer = writer or pq.ParquetWriter(path, schema)
    finally:
        if writer is not None:
            writer.close()
    return schema, rows


def _typed(values: Any) -> pa.DataType:
    """Answer the type of a column's first values; what has no plain type becomes text."""
    try:
        found = pa.array([_plain(value) for value in values]).type
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.string()
    return pa.string() if pa.types.is_null(found) or pa.types.is_nested(found) else found


def _array(values: Any, wanted: pa.DataType) -> pa.Array[Any]:
    if pa.types.is_string(wanted):
        return pa.array([None if value is None else str(value) for value in values], type=wanted)
    return pa.array([_plain(value) for value in values], type=wanted)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _field(field: Any, comment: str | None) -> dict[str, Any]:
    kinds = (
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_floating, "number"),
        (pa.types.is_timestamp, "datetime"),
        (pa.types.is_date, "date"),
        (pa.types.is_time, "time"),
    )
    kind = next((name for test, name in kinds if test(field.type)), "string")
    return {"name": field.name, "type": kind, **({"title": comment} if comment else {})}


def _absent(name: str) -> Raw:
    found = problem(
        "table-missing",
        f"数据库中没有表“{name}”。",
        f"The database has no table '{name}'.",
        "请检查来源设置中的表名和账号权限。",
        "Check the table names in the source's settings and the account's rights.",
        value=name,
    )
    return Raw(remote_id=name, payload={"title": name}, problem=found)


def _shown(address: URL) -> str:
    return address.render_as_string(hide_password=True)


def _short(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0][:200]
