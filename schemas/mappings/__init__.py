"""Mappings: how records of other catalogues become Datasets, and how Datasets are written for others.

Every mapping is pure. Each source field is mapped, ignored by name, or reported and kept in `extras`.
"""

from schemas.mappings import catalogue_sheet, ckan, croissant, datapackage, dcat_ap, dcat_us, schema_org
from schemas.mappings.mapped import Context, Mapped, Mapping, Surroundings
from schemas.text import Text

MAPPINGS: dict[str, Mapping] = {
    mapping.key: mapping
    for mapping in (
        Mapping(
            key="ckan",
            label=Text(zh="CKAN 数据集", en="CKAN package"),
            media_type="application/json",
            extension="json",
            read=ckan.to_dataset,
            write=ckan.write,
        ),
        Mapping(
            key="dcat-us",
            label=Text(zh="DCAT-US 数据集（data.json）", en="DCAT-US dataset (data.json)"),
            media_type="application/json",
            extension="json",
            read=dcat_us.to_dataset,
            write=dcat_us.from_dataset,
        ),
        Mapping(
            key="dcat-ap",
            label=Text(zh="DCAT-AP 数据集（RDF）", en="DCAT-AP dataset (RDF)"),
            media_type="text/turtle",
            extension="ttl",
            read=dcat_ap.to_dataset,
            write=dcat_ap.write,
        ),
        Mapping(
            key="datapackage",
            label=Text(zh="数据包（Data Package）", en="Data Package"),
            media_type="application/json",
            extension="json",
            read=datapackage.to_dataset,
            write=datapackage.from_dataset,
        ),
        Mapping(
            key="schema-org",
            label=Text(zh="schema.org 数据集（JSON-LD）", en="schema.org Dataset (JSON-LD)"),
            media_type="application/ld+json",
            extension="jsonld",
            read=schema_org.to_dataset,
            write=schema_org.from_dataset,
        ),
        Mapping(
            key="croissant",
            label=Text(zh="Croissant 机器学习数据集", en="Croissant machine learning dataset"),
            media_type="application/ld+json",
            extension="json",
            write=croissant.from_dataset,
        ),
        Mapping(
            key="catalogue-sheet",
            label=Text(zh="政务信息资源目录与政务服务事项表", en="Sheet of the sharing catalogue or of approval items"),
            media_type="application/json",
            extension="json",
            read=catalogue_sheet.to_dataset,
            write=catalogue_sheet.write,
        ),
    )
}

__all__ = ["MAPPINGS", "Context", "Mapped", "Mapping", "Surroundings"]
