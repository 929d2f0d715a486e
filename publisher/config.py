"""The site's settings: their names, defaults, help and checks; the only place that reads the environment."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from schemas.errors import Invalid
from schemas.text import Text


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting of one site, checked; make it with `load`."""

    data: Path
    database_url: str
    search_url: str
    files_url: str
    secret_key: str
    site_url: str
    site_title_zh: str
    site_title_en: str
    site_description_zh: str
    site_description_en: str
    default_language: str
    harvest_allow: tuple[str, ...]
    harvest_workers: int
    scheduler: bool
    upload_limit_mb: int
    mail_url: str
    mail_from: str
    registration: bool
    collaborators: bool
    session_hours: int
    password_cost: str
    testing: bool


class Setting(NamedTuple):
    """One setting: `GONGKAI_<NAME>` in the environment, its default as text, its reader and its help."""

    name: str
    default: str
    read: Callable[[str], Any]
    help: Text

    @property
    def variable(self) -> str:
        """Answer the name of the environment variable."""
        return f"GONGKAI_{self.name.upper()}"


def load(environ: Mapping[str, str], **overrides: Any) -> Config:
    """Read every setting from `environ`; `overrides` (already typed, or text) win.

    Raises Invalid with one sentence that names the setting, its value and what it takes.
    """
    known = {setting.variable for setting in SETTINGS}
    unknown = sorted(k for k in environ if k.startswith("GONGKAI_") and not k.startswith("GONGKAI_TEST_"))
    for variable in unknown:
        if variable not in known:
            raise _refused(variable, environ[variable], Text(zh="没有这个设置项", en="there is no such setting"))
    values = {setting.name: _value(setting, environ, overrides) for setting in SETTINGS}
    extra = set(overrides) - set(values)
    if extra:
        raise _refused(sorted(extra)[0], "", Text(zh="没有这个设置项", en="there is no such setting"))
    return Config(**_derived(values))


def _value(setting: Setting, environ: Mapping[str, str], overrides: Mapping[str, Any]) -> Any:
    given = overrides.get(setting.name, environ.get(setting.variable, setting.default))
    if not isinstance(given, str):
        return given
    try:
        return setting.read(given)
    except ValueError as error:
        raise _refused(setting.variable, given, Text(zh=str(error), en=str(error))) from None


def _derived(values: dict[str, Any]) -> dict[str, Any]:
    data: Path = values["data"]
    values["database_url"] = values["database_url"] or f"sqlite:///{data / 'gongkai.db'}"
    values["search_url"] = values["search_url"] or str(data / "index")
    values["files_url"] = values["files_url"] or str(data / "files")
    if not values["secret_key"]:
        values["secret_key"] = _kept_secret(data)
    return values


def _kept_secret(data: Path) -> str:
    """Answer the secret kept in the data folder, made on first use and readable by its owner alone."""
    path = data / "secret-key"
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="ascii")
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        reason = Text(
            zh=f"无法写入数据目录：{error.strerror}", en=f"the data folder cannot be written: {error.strerror}"
        )
        raise _refused("GONGKAI_DATA", str(data), reason) from None


def _refused(variable: str, value: str, reason: Text) -> Invalid:
    message = Text(
        zh=f"设置 {variable}={value!r} 无效：{reason.zh}。",
        en=f"Setting {variable}={value!r} is not valid: {reason.en}.",
    )
    return Invalid({variable: [reason.en]}, message, code="invalid-setting")


def _text(value: str) -> str:
    return value


def _folder(value: str) -> Path:
    if not value:
        raise ValueError("it takes a folder")
    return Path(value).expanduser().absolute()


def _database(value: str) -> str:
    if value and not re.match(r"(sqlite:///|postgresql\+psycopg://)", value):
        raise ValueError("it takes sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME")
    return value


def _search(value: str) -> str:
    if value in ("", "embedded"):
        return ""
    if "://" in value and urlsplit(value).scheme not in ("http", "https"):
        raise ValueError("it takes embedded, a folder, or http://HOST:9200 of an Elasticsearch 8")
    return value


def _mail_server(value: str) -> str:
    if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
        raise ValueError("it takes smtp://HOST:PORT or smtps://HOST:PORT")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("it takes an address such as https://data.example.org")
    return value.rstrip("/")


def _number(value: str) -> int:
    if not value.isdigit() or int(value) < 1:
        raise ValueError("it takes a whole number from 1")
    return int(value)


def _switch(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.lower() not in words:
        raise ValueError("it takes true or false")
    return words[value.lower()]


def _names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _choice(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError("it takes one of " + ", ".join(choices))
        return value

    return read


def _setting(name: str, default: str, read: Callable[[str], Any], zh: str, en: str) -> Setting:
    return Setting(name, default, read, Text(zh=zh, en=en))


SETTINGS: tuple[Setting, ...] = (
    _setting("data", "data", _folder, "站点数据目录。", "The folder that holds the site's data."),
    _setting(
        "database_url",
        "",
        _database,
        "数据库地址；缺省为数据目录中的 SQLite，多机部署用 PostgreSQL。",
        "The database; SQLite in the data folder unless a PostgreSQL is named.",
    ),
    _setting(
        "search_url",
        "",
        _search,
        "检索引擎：embedded（内置）或 Elasticsearch 8 的地址。",
        "The search engine: embedded, or the address of an Elasticsearch 8.",
    ),
    _setting(
        "files_url",
        "",
        _text,
        "文件存放处：本地目录或 fsspec 地址（如 s3://桶/前缀）。",
        "Where files are kept: a folder or an fsspec address such as s3://bucket/prefix.",
    ),
    _setting(
        "secret_key",
        "",
        _text,
        "会话签名密钥；缺省时生成并保存在数据目录。多机部署须相同。",
        "The key that signs sessions; made and kept in the data folder unless given. Several machines must share it.",
    ),
    _setting(
        "site_url",
        "http://127.0.0.1:5000",
        _web_address,
        "站点对外地址，用于下载链接和帮助地址。",
        "The site's public address, used in links to files and help.",
    ),
    _setting("site_title_zh", "公开数据目录", _text, "站点中文名称。", "The site's Chinese title."),
    _setting("site_title_en", "Gongkai", _text, "站点英文名称。", "The site's English title."),
    _setting("site_description_zh", "", _text, "站点中文简介。", "A sentence about the site, in Chinese."),
    _setting("site_description_en", "", _text, "站点英文简介。", "A sentence about the site, in English."),
    _setting(
        "default_language",
        "zh",
        _choice("zh", "en"),
        "读者未指明语言时使用的语言。",
        "The language for readers whose browser names neither.",
    ),
    _setting(
        "harvest_allow",
        "",
        _names,
        "允许采集的内网主机、网段或本地目录，逗号分隔；其余内网地址一律拒绝。",
        "Private hosts, networks or local folders that may be harvested, with commas; all others are refused.",
    ),
    _setting(
        "harvest_workers",
        "2",
        _number,
        "同时运行的采集任务数。",
        "How many harvests run at once.",
    ),
    _setting(
        "scheduler",
        "true",
        _switch,
        "serve 是否同时运行采集计划。",
        "Whether serve also runs the harvest schedule.",
    ),
    _setting(
        "mail_url",
        "",
        _mail_server,
        "发送通知的邮件服务器，如 smtp://用户:口令@主机:587?starttls；留空则不发邮件。",
        "The server that sends notices, such as smtp://user:password@host:587?starttls; no mail is sent when empty.",
    ),
    _setting("mail_from", "gongkai@localhost", _text, "通知邮件的发件人。", "The sender of notices."),
    _setting("upload_limit_mb", "100", _number, "单个上传文件上限（MB）。", "The largest upload, in MB."),
    _setting(
        "registration",
        "false",
        _switch,
        "是否允许任何人自行注册账号。",
        "Whether anybody may register an account.",
    ),
    _setting(
        "collaborators",
        "false",
        _switch,
        "是否允许为单个数据集指定协作者。",
        "Whether people may be given a role on a single dataset.",
    ),
    _setting("session_hours", "12", _number, "登录会话的有效小时数。", "How many hours a login lasts."),
    _setting(
        "password_cost",
        "normal",
        _choice("normal", "low"),
        "口令散列强度；low 仅供测试。",
        "The cost of password hashes; low is for tests alone.",
    ),
    _setting("testing", "false", _switch, "测试模式。", "Whether this site serves tests."),
)
