"""The one table of fields: every engine's mapping is made from it, and the query language asks for these names.

Names here are neutral; `search.ckan_names` holds the names that CKAN clients use for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Kind = Literal["text", "keyword", "date", "number", "flag", "keyed", "order", "all"]


class Field(msgspec.Struct, frozen=True):
    """One field: its kind, its weight in ranking (text), whether answers may be sorted by it.

    A `keyed` field holds texts by key and is asked for as `extras.region`. An `order` field is there to sort by only.
    An `all` field is made by `search.encoding` from the text fields and is asked like one.
    """

    name: str
    kind: Kind
    help: str
    weight: float = 1.0
    sortable: bool = False

    @property
    def facetable(self) -> bool:
        """Say whether its values can be counted."""
        return self.kind in ("keyword", "flag", "keyed")


FIELDS: tuple[Field, ...] = (
    Field("id", "keyword", "The dataset's id.", sortable=True),
    Field("name", "keyword", "The dataset's name in addresses.", sortable=True),
    Field("title", "text", "The title and its translations.", weight=4.0),
    Field("keyword_text", "text", "Words of the keywords.", weight=2.0),
    Field(
        "organization_text",
        "text",
        "Title and name of the owner, and the publisher as the source names it.",
    ),
    Field("theme_text", "text", "Titles of the themes, and the source's own theme words.", weight=2.0),
    Field("description", "text", "The description and its translations."),
    Field("column_text", "text", "Names, titles and descriptions of table columns.", weight=0.6),
    Field("resource_title", "text", "Titles of the resources.", weight=1.0),
    Field("resource_description", "text", "Descriptions of the resources.", weight=0.6),
    Field("author", "text", "Who made the data.", weight=0.5),
    Field("maintainer", "text", "Who answers for the data.", weight=0.5),
    Field("other_text", "text", "Name, places, identifiers, formats and values of extra fields.", weight=0.6),
    Field("text", "all", "Every word of the fields above.", weight=1.0),
    Field("words", "all", "Every word that is not Chinese, in its exact form.", weight=0.4),
    Field("pinyin", "all", "Syllables of title, keywords and owner.", weight=1.0),
    Field("initials", "all", "First letters of those syllables.", weight=1.0),
    Field("title_sort", "order", "The title, folded, to sort by.", sortable=True),
    Field("title_first", "order", "The word of the title that comes first in the alphabet.", sortable=True),
    Field("keyword_first", "order", "The keyword that comes first in the alphabet.", sortable=True),
    Field("keywords", "keyword", "Each keyword as it is written."),
    Field("organization", "keyword", "The owner's name.", sortable=True),
    Field("owner", "keyword", "The owner's id."),
    Field("themes", "keyword", "Names of the themes."),
    Field("theme_titles", "keyword", "Titles of the themes."),
    Field("theme_ids", "keyword", "Ids of the themes."),
    Field("subjects", "keyword", "The source's own theme words or URIs."),
    Field("formats", "keyword", "Formats of the resources."),
    Field("media_types", "keyword", "Media types of the resources."),
    Field("resource_ids", "keyword", "Ids of the resources."),
    Field("resource_urls", "keyword", "Addresses of the resources."),
    Field("resource_kinds", "keyword", "Kinds of the resources."),
    Field("licence", "keyword", "The licence's key.", sortable=True),
    Field("access_level", "keyword", "Public, restricted or non-public."),
    Field("frequency", "keyword", "The update cycle's key."),
    Field("languages", "keyword", "Languages of the data."),
    Field("columns", "keyword", "Each column name as it is written."),
    Field("places", "keyword", "Names and codes of the places."),
    Field("identifier", "keyword", "The identifier that the source gave."),
    Field("landing_page", "keyword", "The dataset's own page."),
    Field("version", "keyword", "The version that the source gave.", sortable=True),
    Field("kind", "keyword", "Dataset, series and the like."),
    Field("profile", "keyword", "The metadata profile."),
    Field("state", "keyword", "Draft, active or deleted."),
    Field("visibility", "keyword", "Public or private."),
    Field("labels", "keyword", "Who may see it: a reader must hold one of these."),
    Field("created_by", "keyword", "The id of the user who made it."),
    Field("source", "keyword", "The source that it was harvested from."),
    Field("remote_id", "keyword", "Its id in that source."),
    Field("extras", "keyed", "Extra fields and the profile's own, by key."),
    Field("terms", "keyed", "Terms of controlled vocabularies, by vocabulary."),
    Field("has_table", "flag", "Whether rows of a table can be read here."),
    Field("created", "date", "When it was made here.", sortable=True),
    Field("changed", "date", "When it was last changed here.", sortable=True),
    Field("issued", "date", "When the data was first published, as declared.", sortable=True),
    Field("modified", "date", "When the data was last modified, as declared.", sortable=True),
    Field("resource_count", "number", "How many resources it has.", sortable=True),
    Field("keyword_count", "number", "How many keywords it has.", sortable=True),
    Field("row_count", "number", "How many rows its tables have.", sortable=True),
    Field("quality", "number", "Quality between 0 and 1.", sortable=True),
    Field("uses", "number", "How often it was used.", sortable=True),
    Field("recent_uses", "number", "How often it was used lately.", sortable=True),
    Field("revision", "number", "The revision that was indexed."),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
TEXT_FIELDS = tuple(field for field in FIELDS if field.kind == "text")


def kind_of(name: str) -> Kind:
    """Answer the kind of a field by its full name, such as `extras.region`."""
    return BY_NAME[name.partition(".")[0]].kind


def is_exact(name: str) -> bool:
    """Say whether a field holds whole values rather than words."""
    return kind_of(name) in ("keyword", "keyed", "flag")
