"""Vocabularies: stable keys with labels in two languages, and ways to find a key in what a source wrote.

Every `find_…` answers an entry or `None` and never raises: a word that nobody knows stays with the record as it was.
"""

from schemas.vocabulary.formats import (
    COMPRESSIONS,
    FORMATS,
    Format,
    compression_of,
    extension_of,
    find_format,
    find_media_type,
    guess_format,
)
from schemas.vocabulary.frequencies import FREQUENCIES, Frequency, find_frequency
from schemas.vocabulary.licences import LICENCES, Licence, ckan_licences, find_licence
from schemas.vocabulary.terms import (
    ACCESS_LEVELS,
    LANGUAGE_TAGS,
    OPENNESS,
    SHARING_TYPES,
    Term,
    find_access_level,
    find_language,
    find_term,
)
from schemas.vocabulary.themes import EU_THEMES, THEMES, EuTheme, Theme, find_eu_theme, themes_for

__all__ = [
    "ACCESS_LEVELS",
    "COMPRESSIONS",
    "EU_THEMES",
    "FORMATS",
    "FREQUENCIES",
    "LANGUAGE_TAGS",
    "LICENCES",
    "OPENNESS",
    "SHARING_TYPES",
    "THEMES",
    "EuTheme",
    "Format",
    "Frequency",
    "Licence",
    "Term",
    "Theme",
    "ckan_licences",
    "compression_of",
    "extension_of",
    "find_access_level",
    "find_eu_theme",
    "find_format",
    "find_frequency",
    "find_language",
    "find_licence",
    "find_media_type",
    "find_term",
    "guess_format",
    "themes_for",
]
