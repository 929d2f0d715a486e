"""What a full scan of one column saw: which shapes still cover every value, and how many values differ."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Sequence
from typing import Any

from schemas.tables.shapes import CODE_WORDS, MISSING, SHAPES, YEAR_WORDS, boolean

MAX_DISTINCT = 2_000_000
MAX_ENUM = 20
FEW = 64

_MISSING = frozenset(MISSING)


class Evidence:
    """Collects what is known of one column while its values go by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.missing: dict[str, int] = {}
        self.alive = list(range(len(SHAPES)))
        self.few: set[str] = set()
        self.many = False
        self.distinct: set[Any] | None = set()
        self.repeated = False
        self.lengths: set[int] = set()
        self.native: set[str] = set()
        self.years = True

    def add(self, values: Sequence[Any]) -> None:
        """Take the values of some rows."""
        self.count += len(values)
        if set(map(type, values)) == {str}:
            self._texts(set(values), values)
            return
        texts: list[str] = []
        for value in values:
            if value is None:
                self.missing[""] = self.missing.get("", 0) + 1
            elif isinstance(value, str):
                texts.append(value)
            else:
                self.native.add(_native(value))
                self._seen(str(value))
        if texts:
            self._texts(set(texts), texts)

    def _texts(self, fresh: set[str], texts: Sequence[str]) -> None:
        count = len(texts)
        for text in fresh & _MISSING:
            times = texts.count(text)
            self.missing[text] = self.missing.get(text, 0) + times
            count -= times
        fresh = fresh - _MISSING
        if not fresh:
            return
        self.native.add("text")
        if not self.repeated and self.distinct is not None:
            self.repeated = len(fresh) < count or not self.distinct.isdisjoint(fresh)
            self.distinct |= fresh
            if self.repeated or len(self.distinct) > MAX_DISTINCT:
                self.distinct = None
        if not self.many:
            self.few |= fresh
            self.many = len(self.few) > FEW
        if len(self.lengths) < 3:
            self.lengths |= set(map(len, fresh))
        self.alive = [at for at in self.alive if SHAPES[at].covers(fresh)]
        self.years = self.years and all(len(t) == 4 and t.isdigit() and 1000 <= int(t) <= 2999 for t in fresh)

    def _seen(self, text: str) -> None:
        self.years = self.years and len(text) == 4 and text.isdigit()
        if not self.many:
            self.few.add(text)
            self.many = len(self.few) > FEW
        if self.distinct is not None and not self.repeated:
            self.repeated = text in self.distinct
            self.distinct.add(text)
            if self.repeated or len(self.distinct) > MAX_DISTINCT:
                self.distinct = None

    @property
    def present(self) -> int:
        """Count the values that are there."""
        return self.count - sum(self.missing.values())

    @property
    def unique(self) -> bool:
        """Tell whether every value was there and none came twice."""
        return self.count > 0 and not self.missing and not self.repeated and self.distinct is not None

    def field(self) -> dict[str, Any]:
        """Propose the Table Schema field of this column."""
        found = self._typed()
        field: dict[str, Any] = {"name": self.name} | found
        constraints: dict[str, Any] = {}
        if self.count and not self.missing:
            constraints["required"] = True
        if self.unique and self.count > 1 and found["type"] in ("string", "integer"):
            constraints["unique"] = True
        elif found["type"] == "string" and not self.many and self._enumerable():
            constraints["enum"] = sorted(self.few)
        if constraints:
            field["constraints"] = constraints
        return field

    def _enumerable(self) -> bool:
        return 1 < len(self.few) <= MAX_ENUM and self.present >= 10 * len(self.few) and "text" in self.native

    def _typed(self) -> dict[str, Any]:
        if not self.present:
            return {"type": "string"}
        if self.native - {"text"}:
            return self._natively()
        shapes = [dict(SHAPES[at].properties) for at in self.alive]
        if self._is_code(shapes):
            return {"type": "string"}
        if self.years and YEAR_WORDS.search(self.name):
            return {"type": "year"}
        dates = [s for s in shapes if s["type"] == "date"]
        if dates and dates[0].get("format") == "%Y%m%d" and self.present > 1:
            return dates[0]
        if len(dates) > 1:
            return {"type": "string"}
        if shapes:
            return shapes[0]
        return (None if self.many else boolean(self.few)) or {"type": "string"}

    def _is_code(self, shapes: list[dict[str, Any]]) -> bool:
        """Tell numbers from codes: a name that says so, or long numbers all of one length."""
        if not shapes or shapes[0]["type"] != "integer":
            return False
        if CODE_WORDS.search(self.name):
            return True
        return self.present > 1 and len(self.lengths) == 1 and min(self.lengths) >= 11

    def _natively(self) -> dict[str, Any]:
        kinds = self.native
        if kinds == {"boolean"}:
            return {"type": "boolean"}
        if kinds <= {"integer", "number"}:
            if self.years and YEAR_WORDS.search(self.name) and kinds == {"integer"}:
                return {"type": "year"}
            return {"type": "integer" if kinds == {"integer"} else "number"}
        if kinds <= {"date", "datetime"}:
            return {"type": "date" if kinds == {"date"} else "datetime"}
        return (
            {"type": next(iter(kinds))} if len(kinds) == 1 and kinds <= {"object", "array", "time"} else {"type": "any"}
        )


def _native(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, (float, decimal.Decimal)):
        return "number"
    if isinstance(value, dt.datetime):
        return "date" if value.time() == dt.time() and value.tzinfo is None else "datetime"
    if isinstance(value, dt.date):
        return "date"
    if isinstance(value, dt.time):
        return "time"
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "any"
