# ruff: noqa: E501  (tables whose rows stay on few lines; wide characters count double)
"""Licences: the ones CKAN knows under their CKAN ids, and the ones that public bodies really use.

The first fifteen rows repeat what a CKAN 2.12 answers to `license_list`; clients compare these values.
"""

from __future__ import annotations

from functools import cache

import msgspec

from schemas.text import Text
from schemas.vocabulary.folding import fold, fold_address, is_address


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """One licence: its key, titles, address, plain words, and every other address or name it goes by.

    `open` tells whether the Open Definition is met; `ckan` holds CKAN's own flags where CKAN lists the licence.
    """

    key: str
    title: Text
    url: str = ""
    summary: Text
    open: bool
    generic: bool = False
    aliases: tuple[str, ...] = ()
    ckan: tuple[bool, bool] | None = None
    spdx: str = ""
    eu: str = ""


_PD = Text(
    zh="可自由使用，无需署名，不附条件。",
    en="Use it for anything, without naming the source; no conditions.",
)
_BY = Text(
    zh="可自由使用，包括商业用途，须注明来源。",
    en="Use it for anything, including commercially, and name the source.",
)
_SA = Text(
    zh="可自由使用，须注明来源，衍生成果须以相同许可发布。",
    en="Use it for anything, name the source, and share what you make of it under the same licence.",
)
_NC = Text(
    zh="只可用于非商业用途，须注明来源。",
    en="Use it for non-commercial purposes only, and name the source.",
)
_ND = Text(
    zh="可以转载，须注明来源，不得改动。",
    en="Pass it on unchanged and name the source.",
)
_NCND = Text(
    zh="只可用于非商业用途，须注明来源，不得改动。",
    en="Pass it on unchanged, for non-commercial purposes only, and name the source.",
)
_ASK = Text(
    zh="没有说明使用条件，使用前请向提供部门确认。",
    en="The conditions of use are not stated: ask the publisher before using it.",
)
_CLOSED = Text(
    zh="不属于开放许可，使用前须取得提供部门同意。",
    en="This is not an open licence: the publisher's consent is needed before use.",
)
_OTHER = Text(
    zh="可自由使用，具体条件见提供部门的说明。",
    en="Free to use; see the publisher's own terms for the conditions.",
)
_TERMS = Text(
    zh="按该网站公布的条款使用，一般须注明来源。",
    en="Use it under the terms that the site publishes, in general naming the source.",
)

_OD = "http://www.opendefinition.org/licenses/"
_CC = "https://creativecommons.org/licenses/"


def _recorded() -> tuple[Licence, ...]:
    """List CKAN's fifteen; `ckan` holds its flags domain_content and domain_data."""
    rows: list[tuple[str, str, str, str, Text, bool, bool, tuple[bool, bool], tuple[str, ...], str, str]] = [
        ("notspecified", "License not specified", "未指明许可", "", _ASK, False, True, (False, False),
         ("not specified", "none", "unknown", "https://project-open-data.cio.gov/unknown-license"), "", ""),
        ("odc-pddl", "Open Data Commons Public Domain Dedication and License (PDDL)",
         "开放数据共用公共领域贡献与许可（PDDL）", _OD + "odc-pddl", _PD, True, False, (False, True),
         ("PDDL", "ODC-PDDL-1.0", "PDDL-1.0", "https://opendatacommons.org/licenses/pddl/1.0/",
          "https://opendatacommons.org/licenses/pddl", "https://opendefinition.org/licenses/odc-pddl"),
         "PDDL-1.0", "ODC_PDDL"),
        ("odc-odbl", "Open Data Commons Open Database License (ODbL)", "开放数据共用开放数据库许可（ODbL）",
         _OD + "odc-odbl", _SA, True, False, (False, True),
         ("ODbL", "ODbL-1.0", "ODC-ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1.0/",
          "https://opendatacommons.org/licenses/odbl", "https://opendatacommons.org/licenses/odbl/summary"),
         "ODbL-1.0", "ODC_BL"),
        ("odc-by", "Open Data Commons Attribution License", "开放数据共用署名许可", _OD + "odc-by", _BY, True, False,
         (False, True),
         ("ODC-By-1.0", "ODC-BY", "https://opendatacommons.org/licenses/by/1.0/", "https://opendatacommons.org/licenses/by"),
         "ODC-By-1.0", "ODC_BY"),
        ("cc-zero", "Creative Commons CCZero", "知识共享 CC0 公共领域贡献", _OD + "cc-zero", _PD, True, False,
         (True, True),
         ("CC0", "CC0-1.0", "CCZero", "CC Zero", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/",
          "https://opendefinition.org/licenses/cc-zero", "Creative Commons Zero", "CC0 1.0 Universal"),
         "CC0-1.0", "CC0"),
        ("cc-by", "Creative Commons Attribution", "知识共享 署名", _OD + "cc-by", _BY, True, False, (False, False),
         ("CC BY", "CC-BY", "https://creativecommons.org/licenses/by", "https://opendefinition.org/licenses/cc-by"),
         "", "CC_BY"),
        ("cc-by-sa", "Creative Commons Attribution Share-Alike", "知识共享 署名-相同方式共享", _OD + "cc-by-sa", _SA,
         True, False, (True, False),
         ("CC BY SA", "https://creativecommons.org/licenses/by-sa", "https://opendefinition.org/licenses/cc-by-sa"),
         "", "CC_BYSA"),
        ("gfdl", "GNU Free Documentation License", "GNU 自由文档许可", _OD + "gfdl", _SA, True, False, (True, False),
         ("GFDL-1.3", "https://www.gnu.org/licenses/fdl-1.3.html", "https://www.gnu.org/copyleft/fdl.html"),
         "GFDL-1.3-or-later", "GNU_FDL"),
        ("other-open", "Other (Open)", "其他（开放）", "", _OTHER, True, True, (True, False), ("other open",), "", ""),
        ("other-pd", "Other (Public Domain)", "其他（公共领域）", "", _PD, True, True, (True, False),
         ("public domain", "public-domain", "pd", "公共领域"), "", ""),
        ("other-at", "Other (Attribution)", "其他（署名）", "", _BY, True, True, (True, False), (), "", ""),
        ("uk-ogl", "UK Open Government Licence (OGL)", "英国开放政府许可（OGL）",
         "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", _BY, True, False, (True, False),
         ("OGL-UK-3.0", "OGL-UK-2.0", "OGL", "uk ogl", "https://reference.data.gov.uk/id/open-government-licence",
          "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/2/",
          "https://www.nationalarchives.gov.uk/doc/open-government-licence"), "OGL-UK-3.0", "OGL_3_0"),
        ("cc-nc", "Creative Commons Non-Commercial (Any)", "知识共享 非商业性使用（任一版本）",
         "http://creativecommons.org/licenses/by-nc/2.0/", _NC, False, False, (False, False),
         ("https://creativecommons.org/licenses/by-nc", "cc nc"), "", "CC_BYNC"),
        ("other-nc", "Other (Non-Commercial)", "其他（非商业性使用）", "", _NC, False, True, (False, False), (), "", ""),
        ("other-closed", "Other (Not Open)", "其他（不开放）", "", _CLOSED, False, True, (False, False),
         ("closed", "all rights reserved", "版权所有"), "", ""),
    ]  # fmt: skip
    return tuple(
        Licence(key=key, title=Text(zh=zh, en=en), url=url, summary=summary, open=free, generic=generic,
                ckan=flags, aliases=aliases, spdx=spdx, eu=eu)
        for key, en, zh, url, summary, free, generic, flags, aliases, spdx, eu in rows
    )  # fmt: skip


def _creative_commons() -> tuple[Licence, ...]:
    kinds = (
        ("by", "Attribution", "署名", _BY, True),
        ("by-sa", "Attribution-ShareAlike", "署名-相同方式共享", _SA, True),
        ("by-nc", "Attribution-NonCommercial", "署名-非商业性使用", _NC, False),
        ("by-nd", "Attribution-NoDerivatives", "署名-禁止演绎", _ND, False),
        ("by-nc-sa", "Attribution-NonCommercial-ShareAlike", "署名-非商业性使用-相同方式共享", _NC, False),
        ("by-nc-nd", "Attribution-NonCommercial-NoDerivatives", "署名-非商业性使用-禁止演绎", _NCND, False),
    )
    return tuple(
        Licence(
            key=f"CC-{kind.upper()}-{version}",
            title=Text(zh=f"知识共享 {zh} {version}", en=f"Creative Commons {en} {version}"),
            url=f"{_CC}{kind}/{version}/",
            summary=summary,
            open=free,
            aliases=(f"CC {kind.upper()} {version}", f"https://opendefinition.org/licenses/cc-{kind}/{version}"),
            spdx=f"CC-{kind.upper()}-{version}",
            eu=f"CC_{kind.upper().replace('-', '')}_{version.replace('.', '_')}",
        )
        for kind, en, zh, summary, free in kinds
        for version in ("4.0", "3.0", "2.5", "2.0")
    )


def _public_bodies() -> tuple[Licence, ...]:
    """List licences that governments wrote for their own data, and two that data sets on code hosts carry."""
    rows: list[tuple[str, str, str, str, Text, bool, tuple[str, ...]]] = [
        ("us-pd", "U.S. Government Work (public domain)", "美国政府作品（公共领域）",
         "https://www.usa.gov/government-works", _PD, True,
         ("https://www.usa.gov/publicdomain/label/1.0/", "https://www.usa.gov/government-copyright", "us government work",
          "https://creativecommons.org/publicdomain/mark/1.0/", "us public domain")),
        ("fr-lo", "Licence Ouverte / Open Licence 2.0", "法国开放许可 2.0",
         "https://www.etalab.gouv.fr/licence-ouverte-open-licence", _BY, True,
         ("etalab-2.0", "lov2", "Licence Ouverte", "Licence Ouverte / Open Licence", "Open Licence 2.0", "fr lo v2",
          "Licence Ouverte / Open Licence version 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
          "https://spdx.org/licenses/etalab-2.0.html", "https://www.data.gouv.fr/licences", "notspecified-fr-lo")),
        ("dl-de-by-2.0", "Data licence Germany – attribution – version 2.0", "德国数据许可 署名 2.0",
         "https://www.govdata.de/dl-de/by-2-0", _BY, True, ("dl-de/by-2-0", "http://dcat-ap.de/def/licenses/dl-by-de/2.0")),
        ("dl-de-zero-2.0", "Data licence Germany – Zero – version 2.0", "德国数据许可 零 2.0",
         "https://www.govdata.de/dl-de/zero-2-0", _PD, True,
         ("dl-de/zero-2-0", "http://dcat-ap.de/def/licenses/dl-zero-de/2.0")),
        ("iodl-2.0", "Italian Open Data Licence 2.0", "意大利开放数据许可 2.0", "https://www.dati.gov.it/iodl/2.0/", _BY,
         True, ("IODL 2.0",)),
        ("nlod-2.0", "Norwegian Licence for Open Government Data 2.0", "挪威开放政府数据许可 2.0",
         "https://data.norge.no/nlod/en/2.0", _BY, True, ("NLOD", "https://data.norge.no/nlod/no/2.0")),
        ("ogl-canada-2.0", "Open Government Licence – Canada 2.0", "加拿大开放政府许可 2.0",
         "https://open.canada.ca/en/open-government-licence-canada", _BY, True, ("ca-ogl-lgo", "OGL Canada")),
        ("ogdl-taiwan-1.0", "Open Government Data License (Taiwan), version 1.0", "政府资料开放授权条款第1版",
         "https://data.gov.tw/license", _BY, True,
         ("政府資料開放授權條款-第1版", "政府資料開放授權條款", "OGDL-Taiwan-1.0")),
        ("gjstu-2.0", "Government of Japan Standard Terms of Use 2.0", "日本政府标准使用条款 2.0",
         "https://www.kantei.go.jp/jp/singi/it2/densei/kettei/gl2_betten_1.pdf", _BY, True,
         ("政府標準利用規約（第2.0版）", "政府標準利用規約")),
        ("hk-terms", "DATA.GOV.HK Terms and Conditions of Use", "香港“资料一线通”使用条款",
         "https://data.gov.hk/en/terms-and-conditions", _TERMS, True, ("https://data.gov.hk/tc/terms-and-conditions",)),
        ("eu-reuse", "European Commission reuse notice (2011/833/EU)", "欧盟委员会再利用公告（2011/833/EU）",
         "https://data.europa.eu/eli/dec/2011/833/oj", _BY, True,
         ("https://publications.europa.eu/resource/authority/licence/COM_REUSE", "COM_REUSE")),
        ("cn-open-conditions", "Unconditionally open government data (China)", "政务数据无条件开放", "", _OTHER, True,
         ("无条件开放", "普遍开放")),
        ("cn-conditional", "Conditionally open government data (China)", "政务数据有条件开放", "", _CLOSED, False,
         ("有条件开放", "依申请开放")),
        ("mulan-psl-2.0", "Mulan Permissive Software License, version 2", "木兰宽松许可证 第2版",
         "http://license.coscl.org.cn/MulanPSL2", _BY, True, ("MulanPSL-2.0",)),
        ("MIT", "MIT License", "MIT 许可证", "https://opensource.org/licenses/MIT", _BY, True,
         ("mit license", "https://opensource.org/license/mit")),
        ("MIT-0", "MIT No Attribution", "MIT 无署名许可证", "https://opensource.org/licenses/MIT-0", _PD, True,
         ("https://opensource.org/license/mit-0",)),
        ("Apache-2.0", "Apache License 2.0", "Apache 许可证 2.0", "https://www.apache.org/licenses/LICENSE-2.0", _BY,
         True, ("https://opensource.org/licenses/Apache-2.0", "apache license 2.0", "https://www.apache.org/licenses/LICENSE-2.0.txt")),
    ]  # fmt: skip
    return tuple(
        Licence(key=key, title=Text(zh=zh, en=en), url=url, summary=summary, open=free, aliases=aliases, spdx=key)
        if key in ("MIT", "MIT-0", "Apache-2.0")
        else Licence(key=key, title=Text(zh=zh, en=en), url=url, summary=summary, open=free, aliases=aliases)
        for key, en, zh, url, summary, free, aliases in rows
    )


LICENCES: dict[str, Licence] = {row.key: row for row in _recorded() + _creative_commons() + _public_bodies()}

_EU = "publications.europa.eu/resource/authority/licence/"


@cache
def _index() -> dict[str, Licence]:
    found: dict[str, Licence] = {}
    for licence in LICENCES.values():
        names = (licence.key, licence.title.en, licence.title.zh, licence.url, licence.spdx, *licence.aliases)
        for name in names:
            if name:
                found.setdefault(fold_address(name) if is_address(name) else fold(name), licence)
        if licence.eu:
            found.setdefault((_EU + licence.eu).casefold(), licence)
    return found


def find_licence(text: str) -> Licence | None:
    """Find the licence that an id, a title or an address names."""
    if not text or len(text) > 500:
        return None
    known = LICENCES.get(text)
    if known is not None:
        return known
    index = _index()
    if not is_address(text):
        return index.get(fold(text))
    address = fold_address(text)
    # Creative Commons addresses may carry a jurisdiction: by/3.0/nl
    return index.get(address) or index.get(address.rpartition("/")[0] if "creativecommons.org" in address else "")


def ckan_licences() -> list[dict[str, str]]:
    """Render CKAN's own fifteen licences as its `license_list` does."""
    return [_ckan_record(licence) for licence in LICENCES.values() if licence.ckan is not None]


def _ckan_record(licence: Licence) -> dict[str, str]:
    content, data = licence.ckan or (False, False)
    return {
        "domain_content": str(content),
        "id": licence.key,
        "domain_data": str(data),
        "domain_software": "False",
        "family": "",
        "is_generic": str(licence.generic),
        "od_conformance": "approved" if licence.open else "not reviewed",
        "osd_conformance": "not reviewed",
        "maintainer": "",
        "status": "active",
        "url": licence.url,
        "title": licence.title.en,
    }
