"""Sentences with code in them, as HTML."""

import pytest

from config.templatetags.code_spans import with_code


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Run `git init`.", "Run <code>git init</code>."),
        ("Run `a` or `b`.", "Run <code>a</code> or <code>b</code>."),
        ("One ` alone", "One ` alone"),
        ("``two`ticks``", "<code>two`ticks</code>"),
        ("a ``` block", "a ``` block"),
        ("<b>`<i>`</b>", "&lt;b&gt;<code>&lt;i&gt;</code>&lt;/b&gt;"),
    ],
)
def test_what_stands_between_backticks_is_code(text, html):
    assert with_code(text) == html
