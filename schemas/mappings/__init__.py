"""Mappings: how records of other catalogues become Datasets, and how Datasets are written for others.

Every mapping is pure. Each source field is mapped, ignored by name, or reported and kept in `extras`.
"""

from schemas.mappings import ckan
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
    )
}

__all__ = ["MAPPINGS", "Context", "Mapped", "Mapping", "Surroundings"]
