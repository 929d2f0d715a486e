"""DCAT-AP in RDF: records are read from their triples, datasets and pages of the catalogue written in any syntax."""

from schemas.mappings.dcat_ap.catalogue import catalogue
from schemas.mappings.dcat_ap.reading import to_dataset
from schemas.mappings.dcat_ap.triples import FORMS, Form
from schemas.mappings.dcat_ap.writing import from_dataset, write

__all__ = ["FORMS", "Form", "catalogue", "from_dataset", "to_dataset", "write"]
