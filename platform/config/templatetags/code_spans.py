"""Template filter for sentences: what stands between backticks is code."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")


@register.filter
def with_code(text: str) -> SafeString:
    """The sentence as HTML, escaped, with CommonMark's code spans as <code> (spec 0.31, section 6.1)."""
    return mark_safe(CODE.sub(r"<code>\2</code>", escape(text)))  # noqa: S308 - escaped before the tags are added
