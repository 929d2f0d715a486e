"""DCAT-US 1.1 and 3.0 JSON (`data.json`): read in both versions, written in 1.1."""

from schemas.mappings.dcat_us.reading import LONGEST_DESCRIPTION, to_dataset
from schemas.mappings.dcat_us.writing import catalogue, from_dataset

__all__ = ["LONGEST_DESCRIPTION", "catalogue", "from_dataset", "to_dataset"]
