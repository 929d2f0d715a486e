# ruff: noqa: E501  (tables whose rows stay on few lines; wide characters count double)
"""Small lists: sharing types and openness of 政务信息资源, access levels and languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec

from schemas.text import Text
from schemas.vocabulary.folding import fold

EU_ACCESS = "http://publications.europa.eu/resource/authority/access-right/"
EU_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a small list: key, label, URI, and the other words and codes that mean it."""

    key: str
    label: Text
    uri: str = ""
    aliases: tuple[str, ...] = ()


def _terms(*rows: tuple[str, str, str, str, tuple[str, ...]]) -> dict[str, Term]:
    return {
        key: Term(key=key, label=Text(zh=zh, en=en), uri=uri, aliases=aliases) for key, zh, en, uri, aliases in rows
    }


# 政务信息资源目录编制指南: 共享类型. Systems disagree on codes, so the keys are kept, never the codes.
SHARING_TYPES = _terms(
    ("unconditional", "无条件共享", "Shared unconditionally", "", ("1", "01", "无条件", "普遍共享")),
    ("conditional", "有条件共享", "Shared on conditions", "", ("2", "02", "有条件", "依申请共享")),
    ("refused", "不予共享", "Not shared", "", ("3", "03", "不共享", "不予")),
)
OPENNESS = _terms(
    ("unconditional", "无条件开放", "Open unconditionally", "", ("是", "开放", "普遍开放", "yes", "true", "1", "y")),
    ("conditional", "有条件开放", "Open on conditions", "", ("依申请开放", "有条件")),
    ("refused", "不予开放", "Not open", "", ("否", "不开放", "no", "false", "0", "n")),
)
ACCESS_LEVELS = _terms(
    ("public", "公开", "Public", EU_ACCESS + "PUBLIC", ("open", "无条件开放", "OP_DATPRO", "PUBLIC")),
    ("restricted", "有条件开放", "Restricted", EU_ACCESS + "RESTRICTED",
     ("restricted public", "有条件共享", "RESTRICTED", "limited")),
    ("non-public", "不公开", "Not public", EU_ACCESS + "NON_PUBLIC",
     ("non public", "nonpublic", "private", "不予开放", "NON_PUBLIC", "confidential", "closed", "sensitive")),
)  # fmt: skip
LANGUAGE_TAGS = _terms(
    ("zh", "中文", "Chinese", EU_LANGUAGE + "ZHO", ("zho", "chi", "zh-cn", "zh-hans", "zh-hans-cn", "简体中文", "汉语", "cn")),
    ("zh-Hant", "繁体中文", "Chinese (traditional)", EU_LANGUAGE + "ZHO", ("zh-tw", "zh-hk", "zh-hant-tw", "繁體中文")),
    ("en", "英文", "English", EU_LANGUAGE + "ENG", ("eng", "en-us", "en-gb", "us-en", "英语")),
    ("fr", "法文", "French", EU_LANGUAGE + "FRA", ("fra", "fre", "français", "fr-fr")),
    ("de", "德文", "German", EU_LANGUAGE + "DEU", ("deu", "ger", "deutsch", "de-de")),
    ("es", "西班牙文", "Spanish", EU_LANGUAGE + "SPA", ("spa", "es-es", "español", "sp", "sp-us", "castellano", "es-us")),
    ("it", "意大利文", "Italian", EU_LANGUAGE + "ITA", ("ita", "italiano", "it-it")),
    ("pt", "葡萄牙文", "Portuguese", EU_LANGUAGE + "POR", ("por", "pt-pt", "pt-br")),
    ("nl", "荷兰文", "Dutch", EU_LANGUAGE + "NLD", ("nld", "dut", "nl-nl")),
    ("ca", "加泰罗尼亚文", "Catalan", EU_LANGUAGE + "CAT", ("cat", "valencià", "ca-es")),
    ("ja", "日文", "Japanese", EU_LANGUAGE + "JPN", ("jpn", "ja-jp", "日本語")),
    ("ko", "韩文", "Korean", EU_LANGUAGE + "KOR", ("kor", "ko-kr")),
    ("ru", "俄文", "Russian", EU_LANGUAGE + "RUS", ("rus", "ru-ru")),
    ("ar", "阿拉伯文", "Arabic", EU_LANGUAGE + "ARA", ("ara",)),
    ("sv", "瑞典文", "Swedish", EU_LANGUAGE + "SWE", ("swe", "sv-se")),
    ("da", "丹麦文", "Danish", EU_LANGUAGE + "DAN", ("dan", "da-dk")),
    ("fi", "芬兰文", "Finnish", EU_LANGUAGE + "FIN", ("fin", "fi-fi")),
    ("no", "挪威文", "Norwegian", EU_LANGUAGE + "NOR", ("nor", "nb", "nn", "nb-no")),
    ("pl", "波兰文", "Polish", EU_LANGUAGE + "POL", ("pol", "pl-pl")),
    ("cs", "捷克文", "Czech", EU_LANGUAGE + "CES", ("ces", "cze")),
    ("el", "希腊文", "Greek", EU_LANGUAGE + "ELL", ("ell", "gre")),
    ("bo", "藏文", "Tibetan", "http://id.loc.gov/vocabulary/iso639-1/bo", ("bod", "tib")),
    ("ug", "维吾尔文", "Uyghur", "http://id.loc.gov/vocabulary/iso639-1/ug", ("uig",)),
    ("mn", "蒙古文", "Mongolian", EU_LANGUAGE + "MON", ("mon",)),
)  # fmt: skip


def find_term(terms: Mapping[str, Term], text: str) -> Term | None:
    """Find the entry of a list that a key, a label, a URI, a code or another word means."""
    if not text or len(text) > 200:
        return None
    return terms.get(text) or _index(tuple(terms.values())).get(_tail(text))


@cache
def _index(terms: tuple[Term, ...]) -> dict[str, Term]:
    found: dict[str, Term] = {}
    for term in terms:
        for name in (term.key, term.label.zh, term.label.en, term.uri, *term.aliases):
            if name:
                found.setdefault(_tail(name), term)
    return found


def _tail(text: str) -> str:
    return fold(text.rstrip("/").rpartition("/")[2].rpartition("#")[2]) if "://" in text else fold(text)


def find_access_level(text: str) -> Term | None:
    """Find the access level that DCAT-US, an EU URI or a Chinese openness word names."""
    return find_term(ACCESS_LEVELS, text)


def find_language(text: str) -> Term | None:
    """Find the language that a tag, an ISO 639 code, an EU URI or a name means; `en-AU` means `en`."""
    found = find_term(LANGUAGE_TAGS, text)
    if found is None and text and "://" not in text and "-" in text:
        return find_term(LANGUAGE_TAGS, text.partition("-")[0])
    return found
