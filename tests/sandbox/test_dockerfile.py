"""The Dockerfile reader: what it finds and refuses, and that the real builder reads alike what it writes."""

import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dockerfile import parse
from sandbox.dockerfile.words import BadWord, expand, split, take_flags
from sandbox.engine import BuildFailed
from sandbox.faults import TeamFault
from sandbox.limits import Limits


def wanted(text):
    return [(one.reference, one.line) for one in parse(text).base_images()]


def rewritten(text, **mapping):
    parsed = parse(text)
    return parsed.rewrite({one.reference: mapping.get(one.reference, "here:1") for one in parsed.base_images()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python:3.12-slim", [("python:3.12-slim", 1)]),
        ("\ufefffrom python:3.12 as BUILD\nFrom build", [("python:3.12", 1)]),
        ("FROM scratch\nCOPY a /a", []),
        ("# comment\r\n\r\nFROM a:1\r\nRUN x\r\n", [("a:1", 3)]),
        ("ARG V=3.12\nARG S=${V}-slim\nFROM python:$S", [("python:3.12-slim", 3)]),
        ('ARG V="3.12" W=\'a b\'\nFROM "python:${V}"', [("python:3.12", 2)]),
        ("ARG V\nFROM python:${V:-3.11}", [("python:3.11", 2)]),
        ("ARG V=\nFROM python:${V-3.11}x", [("python:x", 2)]),
        ("ARG V=1\nFROM python${V:+:3.10}", [("python:3.10", 2)]),
        ("ARG V=1\nFROM a:$V\nARG V=2\nFROM b:$V", [("a:1", 2), ("b:1", 4)]),
        ("FROM --platform=linux/amd64 a:1", [("a:1", 1)]),
        ("FROM \\\n  # why\n\n  a:1 \\\n AS x\nFROM x", [("a:1", 1)]),
        ("# escape=`\nFROM `\n a:1\nRUN dir c:\\\nRUN x", [("a:1", 2)]),
        ("FROM a:1 AS x\nFROM b:1\nCOPY --from=x / /\nCOPY --from=0 / /", [("a:1", 1), ("b:1", 2)]),
        ("FROM a:1\nCOPY --from=1 / /\nCOPY --from=c:1 / /", [("a:1", 1), ("1", 2), ("c:1", 3)]),
        ("FROM a:1\nCOPY --from=later /a /a\nFROM b:1 AS later", [("a:1", 1), ("later", 2), ("b:1", 3)]),
        ("FROM a:1\nONBUILD COPY --from=other:1 /a /a", [("a:1", 1), ("other:1", 2)]),
        ("FROM a:1\nRUN --mount=type=bind,from=other:1,target=/x ls", [("a:1", 1), ("other:1", 2)]),
        ("FROM a:1\nRUN psql -c \"SELECT 1 \\\nFROM b\"", [("a:1", 1)]),
        ("FROM a:1\nFROM a:1 AS again", [("a:1", 1)]),
        ("FROM a:1\nRUN <<EOF\nFROM other:1\nEOF\nCMD x", [("a:1", 1)]),
        # The classic builder ends the directives at one that it does not know: `escape` is a comment here.
        ("# check=skip=all\n# escape=`\nFROM a:1\nRUN x `\nCOPY --from=b:1 / /", [("a:1", 3), ("b:1", 5)]),
        ("FROM a:1\nRUN one \\", [("a:1", 1)]),
    ],
)  # fmt: skip
def test_base_images_are_those_from_outside_with_their_lines(text, expected):
    assert wanted(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no instructions"),
        ("# only a comment\n\n", 1, "no instructions"),
        ("\\\n", 1, "continuation"),
        ("ARG V=1\n", 1, "no FROM"),
        ("RUN x\nFROM a", 1, "before the first FROM"),
        ("FROM a\n\nRUNN x", 3, "'RUNN' is not an instruction"),
        ("docker run -p 80:80 x", 1, "not an instruction"),
        ("FROM", 1, "no arguments"),
        ("FROM a b", 1, "FROM takes one image"),
        ("FROM a OF b", 1, "FROM takes one image"),
        ("FROM a AS 1b", 1, "not a name for a stage"),
        ("FROM a AS x\nFROM b AS X", 2, "two stages"),
        ("FROM ${V}", 1, "empty"),
        ("ARG V\nFROM $V", 2, "empty"),
        ("FROM a${V", 1, "brace is not closed"),
        ("FROM a${V%x}", 1, "does not know"),
        ("FROM a:${V:?which}", 1, "required"),
        ('FROM "a', 1, "quote is not closed"),
        ("FROM a\nCOPY --from=b", 2, "no arguments"),
        ("FROM a\nONBUILD FROM b", 2, "not allowed"),
        ("FROM a\nRUN ls\x0b\nFROM b", 2, "control character"),
        ("FROM a\nRUN ls\rFROM b", 2, "control character"),
        ("FROM a\nRUN \x1b[2J", 2, "control character"),
        ("FROM a\nRUN \ud800", 2, "control character"),
        ("# escape=x\nFROM a", 1, "escape character"),
        ("# escape=`\n# escape=\\\nFROM a", 2, "second"),
        ("FROM\u00a0a", 1, "not an instruction"),
        ("FROM a\nRUN " + "x" * 70_000, 1, "larger than"),
        ("ARG A=xxxxxxxxxx\n" + "".join("ARG A=$A$A$A$A$A$A$A$A$A$A\n" for _ in range(30)) + "FROM $A", 4, "expands"),
        ("FROM " + "${A:-" * 100 + "x" + "}" * 100, 1, "nested too deeply"),
    ],
)  # fmt: skip
def test_unreadable_file_is_the_teams_fault_and_names_its_line(text, line, words):
    with pytest.raises(TeamFault) as caught:
        parse(text)
    assert (caught.value.id, caught.value.where) == ("dockerfile_invalid", f"Dockerfile:{line}")
    assert words in caught.value.detail
    assert caught.value.fix


def test_rewrite_replaces_images_and_keeps_everything_else():
    text = (
        "# syntax=docker/dockerfile:1\n# escape=\\\nARG V=3.12\nFROM --platform=linux/amd64 python:$V AS build\n"
        "RUN a && \\\n    # why\n    b\nFROM build\nCOPY --chown=1:1 --from=tool:2 /t /t\nCOPY --from=build /x /y\n"
        'CMD ["a", "$PORT"]\n'
    )
    assert rewritten(text, **{"python:3.12": "assay/base:p", "tool:2": "tool@sha256:0"}) == (
        "ARG V=3.12\nFROM --platform=linux/amd64 assay/base:p AS build\nRUN a &&     b\nFROM build\n"
        'COPY --chown=1:1 --from=tool@sha256:0 /t /t\nCOPY --from=build /x /y\nCMD ["a", "$PORT"]\n'
    )


def test_rewrite_keeps_the_escape_character_and_onbuild():
    assert rewritten("# escape=`\nFROM a\nONBUILD COPY --from=b / c:\\\n") == (
        "# escape=`\nFROM here:1\nONBUILD COPY --from=here:1 / c:\\\n"
    )


def test_rewrite_leaves_out_what_does_not_change_the_result():
    text = (
        "FROM --platform=$BUILDPLATFORM a\nRUN --mount=type=cache,target=/c --network=default x\n"
        "COPY --link --from=b /a /a\nRUN <<EOF\nset -e\necho hi\nEOF\nRUN python - <<'PY' && echo done\nprint(1)\nPY\n"
    )
    parsed = parse(text)
    assert parsed.buildkit_only() == []
    assert [(one.line, one.what) for one in parsed.dropped()] == [
        (1, "FROM --platform=$BUILDPLATFORM"),
        (2, "RUN --mount"),
        (2, "RUN --network"),
        (3, "COPY --link"),
        (4, "RUN heredoc"),
        (8, "RUN heredoc"),
    ]
    lines = rewritten(text).splitlines()
    assert lines[:3] == ["FROM here:1", "RUN x", "COPY --from=here:1 /a /a"]
    assert json.loads(lines[3].removeprefix("RUN "))[2] == "set -e\necho hi\n"
    assert json.loads(lines[4].removeprefix("RUN "))[2] == "python - <<'PY' && echo done\nprint(1)\nPY\n"


def test_what_a_step_is_lent_of_the_context_is_copied_before_it():
    text = (
        "FROM a\nRUN --mount=type=cache,target=/c --mount=type=bind,source=uv.lock,target=uv.lock \\\n"
        "    --mount=src=pyproject.toml,dst=/app/pyproject.toml uv sync\nONBUILD RUN --mount=target=. make\n"
    )
    assert parse(text).buildkit_only() == []
    assert rewritten(text).splitlines()[1:] == [
        'COPY ["uv.lock", "uv.lock"]',
        'COPY ["pyproject.toml", "/app/pyproject.toml"]',
        "RUN uv sync",
        'ONBUILD COPY [".", "."]',
        "ONBUILD RUN make",
    ]


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("RUN --mount=type=secret,id=k x", "RUN --mount"),
        ("RUN --mount=type=bind,from=other:1,target=/x x", "RUN --mount"),
        ("RUN --security=insecure x", "RUN --security"),
        ("RUN --network=host x", "RUN --network"),
        ("COPY --chmod=755 a b", "COPY --chmod"),
        ("ADD --checksum=sha256:00 a b", "ADD --checksum"),
        ("COPY <<EOF /a\nhi\nEOF", "COPY heredoc"),
        ("RUN <<EOF\n#!/usr/bin/env python\nprint(1)\nEOF", "RUN heredoc"),
        ("ONBUILD COPY --chmod=755 a b", "COPY --chmod"),
    ],
)
def test_buildkit_only_names_the_construct_and_its_line(step, what):
    assert [(one.line, one.what) for one in parse(f"FROM a\n\n{step}\n").buildkit_only()] == [(3, what)]


def test_rewrite_never_hands_a_heredoc_to_the_classic_builder():
    with pytest.raises(TeamFault) as caught:
        rewritten("FROM a\nCOPY <<EOF /x\nFROM assay/evaluation:other\nEOF\n")
    assert (caught.value.id, caught.value.where) == ("needs_buildkit", "Dockerfile:2")


def test_conflict_left_by_git_is_named_and_is_no_heredoc():
    merged = "FROM a\nRUN x \\\n<<<<<<< HEAD\n  y \\\n=======\n>>>>>>> origin/develop\n  && z\n"
    with pytest.raises(TeamFault) as caught:
        parse(merged)
    assert (caught.value.id, caught.value.where) == ("merge_conflict", "Dockerfile:3")


def test_shell_redirection_without_an_end_is_no_heredoc():
    parsed = parse('FROM a\nRUN echo "<<EOF" $((1<<2)) <<< word\nCMD x')
    assert parsed.buildkit_only() == []
    assert [one.keyword for one in parsed.instructions] == ["FROM", "RUN", "CMD"]


def test_missing_image_in_the_mapping_is_an_error():
    with pytest.raises(KeyError):
        parse("FROM a").rewrite({})


def test_stages_are_named_in_order():
    assert parse("FROM a AS One\nFROM b\nFROM one AS last").stages() == ["one", "", "last"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("$A", "1"),
        ("${A}b", "1b"),
        ("$Ab", ""),
        ("'$A'", "$A"),
        ('"$A"', "1"),
        ("\\$A", "$A"),
        ("${N:-x}", "x"),
        ("${E-x}", ""),
        ("${E:-x}", "x"),
        ("${A:+y}", "y"),
        ("${E:+y}", ""),
        ("${E+y}", "y"),
        ("${N:-${A}}", "1"),
        ("${A:?gone}", "1"),
        ("$", "$"),
        ("a$-b", "a$-b"),
    ],
)
def test_expand_follows_the_builders_rules(word, expected):
    assert expand(word, {"A": "1", "E": ""}) == expected


def test_words_and_flags_keep_quotes_as_written():
    assert split('a "b c" d\\ e \'f') == ["a", '"b c"', "d\\ e", "'f"]
    flags, rest = take_flags('--from="x:1" --chown=a:b  src dst')
    assert [(flag.name, flag.value) for flag in flags] == [("from", "x:1"), ("chown", "a:b")]
    assert rest == "src dst"


@given(st.text(alphabet=st.sampled_from(list("FROM RUNCOPY\n\\`#=-<>EOF$:{}'\"\t1a/")), max_size=200))
def test_any_text_is_read_or_is_the_teams_fault(text):
    try:
        parsed = parse("FROM a:1\n" + text)
        again = parsed.rewrite({one.reference: "x:1" for one in parsed.base_images()})
    except TeamFault:
        return
    # What was written reads as nothing but the images that were put in.
    assert {one.reference for one in parse(again).base_images()} <= {"x:1"}


@given(st.text(max_size=80))
def test_expand_ends_for_any_word(word):
    try:
        expand(word, {"A": "$A"})
    except BadWord:
        return


@pytest.mark.docker
def test_rewritten_text_builds_as_it_was_meant(engine, python_image, tmp_path):
    """The real builder runs continuations, comments, escapes and a script as they stood in the team's file."""
    assert shutil.which("docker"), "the docker client is part of the engine's package"
    text = (
        "# syntax=docker/dockerfile:1.7\nARG V=slim\nFROM some:$V AS one\nRUN echo a > /x && \\\n  # note\n"
        '  echo "b \\\\" >> /x\nRUN <<EOF\nset -eu\nfor n in 1 2; do\n  echo $n >> /x\ndone\nEOF\n'
        "FROM some:slim\nCOPY --link --from=one /x /x\nCMD cat /x\n"
    )
    reference = "assay/test-dockerfile:1"
    engine.build(
        tmp_path, parse(text).rewrite({"some:slim": python_image}), reference=reference, labels={}, limits=Limits()
    )
    try:
        shown = subprocess.run(
            ["docker", "run", "--rm", "--network", "none", reference], capture_output=True, text=True, check=True
        ).stdout
    finally:
        engine.remove_image(reference)
    assert shown.split() == ["a", "b", "\\", "1", "2"]


@pytest.mark.docker
def test_heredoc_body_is_never_run_as_instructions(engine, python_image, tmp_path):
    """A FROM inside a heredoc would be an instruction to the classic builder; here it stays the script's text."""
    text = parse(f"FROM {python_image}\nRUN <<EOF\nFROM scratch\nEOF\n").rewrite({python_image: python_image})
    with pytest.raises(BuildFailed) as caught:
        engine.build(tmp_path, text, reference="assay/test-dockerfile:2", labels={}, limits=Limits())
    assert "FROM: not found" in caught.value.log
