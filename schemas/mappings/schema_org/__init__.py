"""schema.org/Dataset as JSON-LD, both ways.

Source of the fields: https://developers.google.com/search/docs/appearance/structured-data/dataset
"""

from schemas.mappings.schema_org.reading import to_dataset
from schemas.mappings.schema_org.writing import from_dataset

__all__ = ["from_dataset", "to_dataset"]
