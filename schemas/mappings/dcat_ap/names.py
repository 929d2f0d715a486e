"""The names of the vocabularies that DCAT-AP is written in."""

from __future__ import annotations

import pyoxigraph as ox

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
VCARD = "http://www.w3.org/2006/vcard/ns#"
LOCN = "http://www.w3.org/ns/locn#"
ADMS = "http://www.w3.org/ns/adms#"
SCHEMA = "http://schema.org/"
OWL = "http://www.w3.org/2002/07/owl#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SPDX = "http://spdx.org/rdf/terms#"
HYDRA = "http://www.w3.org/ns/hydra/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCATAP = "http://data.europa.eu/r5r/"
GEOSPARQL = "http://www.opengis.net/ont/geosparql#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
ACCESS_RIGHTS = "http://publications.europa.eu/resource/authority/access-right/"

PREFIXES = {
    "dcat": DCAT,
    "dct": DCT,
    "foaf": FOAF,
    "vcard": VCARD,
    "locn": LOCN,
    "adms": ADMS,
    "owl": OWL,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": SPDX,
    "hydra": HYDRA,
    "xsd": XSD,
    "dcatap": DCATAP,
    "prov": "http://www.w3.org/ns/prov#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
}

# properties of DCAT 3, DCAT-AP 3 and its HVD profile that have no field of their own: kept by name, never a finding
KNOWN = frozenset(
    {
        *(f"{DCT}{name}" for name in (
            "type", "provenance", "rightsHolder", "source", "isReferencedBy", "isVersionOf", "hasVersion", "created",
            "hasPart", "alternative", "contributor", "format", "valid", "replaces", "isReplacedBy", "extent",
            "medium", "accessRights",
        )),
        *(f"{DCAT}{name}" for name in (
            "temporalResolution", "spatialResolutionInMeters", "servesDataset",
            "endpointDescription",
            "qualifiedRelation", "hasVersion", "hasCurrentVersion", "previousVersion", "prev",
            "next", "first", "last", "seriesMember",
            "accessService", "packageFormat", "compressFormat", "theme", "granularity",
        )),
        *(f"{ADMS}{name}" for name in ("versionNotes", "sample", "status", "next", "prev", "last", "identifier")),
        *(f"{DCATAP}{name}" for name in ("applicableLegislation", "hvdCategory", "availability")),
        *(f"http://www.w3.org/ns/prov#{name}" for name in (
            "wasGeneratedBy", "qualifiedAttribution", "wasDerivedFrom", "wasAttributedTo",
        )),
        *(f"{FOAF}{name}" for name in ("page", "homepage", "thumbnail")),
        "http://www.w3.org/ns/odrl/2/hasPolicy", f"{OWL}versionInfo", f"{SKOS}prefLabel", f"{SCHEMA}image",
    }
)  # fmt: skip

# what DCAT-AP's shapes ask the objects of these properties to be; the objects' own pages cannot be asked
CLASSES: dict[str, str] = {
    f"{DCT}accrualPeriodicity": f"{DCT}Frequency",
    f"{DCT}language": f"{DCT}LinguisticSystem",
    f"{DCT}accessRights": f"{DCT}RightsStatement",
    f"{DCT}license": f"{DCT}LicenseDocument",
    f"{DCT}format": f"{DCT}MediaTypeOrExtent",
    f"{DCT}conformsTo": f"{DCT}Standard",
    f"{DCT}relation": f"{RDFS}Resource",
    f"{DCAT}mediaType": f"{DCT}MediaType",
    f"{DCAT}landingPage": f"{FOAF}Document",
    f"{DCAT}accessURL": f"{RDFS}Resource",
    f"{DCAT}downloadURL": f"{RDFS}Resource",
    f"{DCAT}theme": f"{SKOS}Concept",
    f"{DCAT}inSeries": f"{DCAT}DatasetSeries",
    f"{FOAF}homepage": f"{FOAF}Document",
    f"{SPDX}algorithm": f"{SPDX}ChecksumAlgorithm",
}
# kept properties that are written again, and what their objects are; texts have no class.
# Links to other datasets are not among them: a reader of our catalogue would take their ends for ours.
WRITTEN_AGAIN: dict[str, str] = {
    f"{ADMS}versionNotes": "",
    f"{DCT}alternative": "",
    f"{DCATAP}applicableLegislation": "http://data.europa.eu/eli/ontology#LegalResource",
    f"{DCATAP}hvdCategory": f"{SKOS}Concept",
    f"{DCATAP}availability": f"{SKOS}Concept",
    f"{ADMS}status": f"{SKOS}Concept",
    f"{DCT}type": f"{SKOS}Concept",
    f"{DCT}isReferencedBy": f"{RDFS}Resource",
    f"{FOAF}page": f"{FOAF}Document",
    f"{DCAT}compressFormat": f"{DCT}MediaType",
    f"{DCAT}packageFormat": f"{DCT}MediaType",
}
CLASSES |= {name: kind for name, kind in WRITTEN_AGAIN.items() if kind}
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
# our formats whose code in the EU's list of file types is another word than their name in capitals
FILE_TYPE_CODES = {
    "JSON-LD": "JSON_LD", "RDF": "RDF_XML", "Turtle": "RDF_TURTLE", "N-Triples": "RDF_N_TRIPLES", "GeoPackage": "GPKG",
    "NetCDF": "NETCDF", "iCal": "ICS", "WMS": "WMS_SRVC", "WMTS": "WMTS_SRVC", "WFS": "WFS_SRVC",
    **{key: key.upper() for key in (
        "CSV", "TSV", "XLSX", "XLS", "ODS", "DBF", "MDB", "SQL", "JSON", "GeoJSON", "TopoJSON", "XML", "SHP", "KML",
        "KMZ", "GML", "GDB", "GRIB", "RSS", "Atom", "PDF", "DOCX", "DOC", "ODT", "PPTX", "PPT",
        "ODP", "RTF", "TXT", "EPUB",
        "HTML", "PNG", "JPEG", "TIFF", "GIF", "SVG", "BMP", "ZIP", "GZIP", "TAR", "Parquet",
    )},
}  # fmt: skip


def short(name: str) -> str:
    """Write a property with its prefix where it has one."""
    for prefix, base in PREFIXES.items():
        if name.startswith(base):
            return f"{prefix}:{name.removeprefix(base)}"
    return name
