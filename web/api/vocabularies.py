"""Actions that keep vocabularies and their tags."""

from __future__ import annotations

from typing import Any

import msgspec

from publisher import vocabularies
from publisher.auth import Permission
from publisher.vocabularies import Vocabulary
from schemas.errors import Invalid
from schemas.mappings.ckan import tag_id
from schemas.text import Text
from web.api import fields
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import MISSING, Missing, missing, refuse
from web.api.parameters import Bad


def _tag(name: str, vocabulary_id: str) -> dict[str, Any]:
    return {"id": tag_id(name, vocabulary_id), "name": name, "vocabulary_id": vocabulary_id, "display_name": name}


def _shown(one: Vocabulary) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "tags": [_tag(term, one.id) for term in one.terms]}


def _found(call: Call, ref: str) -> Vocabulary:
    one = vocabularies.find(call.work, ref)
    if one is None:
        raise Missing(f'Could not find vocabulary "{ref}"')
    return one


def vocabulary_list(call: Call) -> list[dict[str, Any]]:
    """Answer every vocabulary with its tags."""
    call.permit()
    return [_shown(one) for one in vocabularies.listing(call.work)]


def vocabulary_show(call: Call) -> dict[str, Any]:
    """Answer one vocabulary."""
    call.permit()
    return _shown(_found(call, call.text("id")))


def _terms(call: Call) -> tuple[str, ...]:
    wrong, terms = [], []
    for entry in fields.dicts(call.data, "tags"):
        try:
            terms.append(fields.tag(entry.get("name") or ""))
        except Bad as bad:
            wrong.append({"name": bad.messages})
    if wrong:
        raise Invalid({"tags": wrong})
    return tuple(terms)


def _name(call: Call, own: str = "") -> str:
    name = call.text("name")
    if not 2 <= len(name) <= 100:
        raise refuse(
            name="Must be at least 2 characters long" if len(name) < 2 else "Must be at most 100 characters long"
        )
    other = vocabularies.find(call.work, name)
    if other is not None and other.id != own:
        raise refuse(name="That vocabulary name is already in use.")
    return name


def vocabulary_create(call: Call) -> dict[str, Any]:
    """Create a vocabulary."""
    call.permit()
    lacking = [name for name in ("name", "tags") if name not in call.sent]
    if lacking:
        raise missing(*lacking)
    return _shown(vocabularies.put(call.work, Vocabulary(name=_name(call), terms=_terms(call))))


def vocabulary_update(call: Call) -> dict[str, Any]:
    """Change the name or the tags of a vocabulary."""
    call.permit()
    old = _found(call, call.text("id"))
    name = _name(call, old.id) if "name" in call.sent else old.name
    terms = _terms(call) if "tags" in call.sent else old.terms
    return _shown(vocabularies.put(call.work, msgspec.structs.replace(old, name=name, terms=terms)))


def vocabulary_delete(call: Call) -> None:
    """Erase a vocabulary."""
    call.permit()
    vocabularies.remove(call.work, _found(call, call.text("id")).id)


def tag_create(call: Call) -> dict[str, Any]:
    """Add a tag to a vocabulary."""
    call.permit()
    lacking = [name for name in ("name", "vocabulary_id") if not call.text(name)]
    if lacking:
        raise missing(*lacking)
    one = vocabularies.find(call.work, call.text("vocabulary_id"))
    if one is None:
        raise refuse(vocabulary_id="Tag vocabulary was not found.")
    try:
        term = fields.tag(call.text("name"))
    except Bad as bad:
        raise Invalid({"name": bad.messages}) from None
    if term in one.terms:
        raise refuse(vocabulary_id=f"Tag {term} already belongs to vocabulary {one.id}")
    vocabularies.add_term(call.work, one, term)
    return _tag(term, one.id) | {"packages": []}


def tag_delete(call: Call) -> None:
    """Take a tag out of a vocabulary."""
    call.permit()
    if not call.text("vocabulary_id"):
        raise refuse(vocabulary_id=MISSING)
    one = _found(call, call.text("vocabulary_id"))
    ref = call.text("id")
    term = next((term for term in one.terms if ref in (term, tag_id(term, one.id))), None)
    if term is None:
        raise Missing(f'Could not find tag "{ref}"')
    vocabularies.drop_term(call.work, one, term)


NAME = Param("name", "text", Text(zh="名称。", en="Name."))
TAGS = Param("tags", "any", Text(zh="标签列表，各有 name。", en="List of tags, each with a name."))
VOCABULARY = Param("vocabulary_id", "text", Text(zh="词表。", en="The vocabulary."))
ADMIN = Permission.SITE_ADMIN


def _row(name: str, function: Any, zh: str, en: str, params: Any, returns: str = "object") -> Action:
    return Action(name, function, Text(zh=zh, en=en), params, reads=False, permission=ADMIN, returns=returns)


ACTIONS = (
    Action("vocabulary_list", vocabulary_list, Text(zh="列出词表。", en="List the vocabularies."), returns="array"),
    Action(
        "vocabulary_show",
        vocabulary_show,
        Text(zh="返回一个词表。", en="Return a single tag vocabulary."),
        (reference(),),
        returns="object",
    ),
    _row("vocabulary_create", vocabulary_create, "新建词表。", "Create a new tag vocabulary.", (NAME, TAGS)),
    _row("vocabulary_update", vocabulary_update, "更新词表。", "Update a vocabulary.", (reference(), NAME, TAGS)),
    _row("vocabulary_delete", vocabulary_delete, "删除词表。", "Delete a tag vocabulary.", (reference(),), "null"),
    _row("tag_create", tag_create, "新增词表标签。", "Create a new vocabulary tag.", (NAME, VOCABULARY)),
    _row("tag_delete", tag_delete, "删除词表标签。", "Delete a tag.", (reference(), VOCABULARY), "null"),
)
