"""Where a form without an account comes from: opaque keys that stop floods and tell nobody who it was."""

from __future__ import annotations

import hashlib
import hmac

from flask import request

from publisher import workdays
from schemas.errors import Invalid
from schemas.text import Text
from web import sessions

TRAP = "website"


def sender() -> str:
    """Answer a key of the place that sent this request; it is another one tomorrow."""
    return _key("sender", workdays.today().isoformat())


def rater(dataset_id: str) -> str:
    """Answer a key of the place that rates a dataset; for another dataset it is another one."""
    return _key("rater", dataset_id)


def refuse_robots() -> None:
    """Refuse a form in which the field that people do not see was filled."""
    if request.form.get(TRAP):
        message = Text(zh="提交未通过检查，内容没有保存。", en="The form did not pass a check; nothing was kept.")
        raise Invalid({}, message, code="robot")


def _key(*parts: str) -> str:
    secret = sessions.platform().config.secret_key.encode()
    told = "|".join((*parts, request.remote_addr or "", request.headers.get("User-Agent", "")))
    return hmac.new(secret, told.encode(), hashlib.sha256).hexdigest()
