"""DCAT-AP: records cut out of RDF catalogues, and datasets and catalogues written as RDF (DCAT-AP 3)."""

from schemas.mappings.dcat_ap.reading import to_dataset
from schemas.mappings.dcat_ap.writing import FORMS, Form, catalogue, from_dataset, write

__all__ = ["FORMS", "Form", "catalogue", "from_dataset", "to_dataset", "write"]
