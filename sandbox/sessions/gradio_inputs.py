"""Valid inputs of a Gradio function, from what its own `info` says of each parameter. Pure, but for uploads.

A parameter is {label, parameter_has_default, parameter_default, type: JSON Schema, component, example_input}. What its
page shows first is sent where it has that, else its example; an example that is a file on another host (ours reach
none) becomes a small file of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# (name, type, text): files whose every byte is ASCII, so that they fit in a body of text.
File = tuple[str, str, str]
SIDE = 16
PICTURE: File = ("assay.ppm", "image/x-portable-pixmap", f"P3\n{SIDE} {SIDE}\n255\n" + "90 160 220\n" * SIDE * SIDE)
# A quarter of a second of one tone, 8 kHz and 8 bits; sizes whose bytes are all below 128.
_TONE = "".join("@`" for _ in range(0x400))
SOUND: File = (
    "assay.wav",
    "audio/wav",
    "RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00"
    "data\x00\x08\x00\x00" + _TONE,
)
WORDS: File = ("assay.txt", "text/plain", "A few words in a file.\n")
BY_ENDING = {
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp", "bmp"), PICTURE),
    **dict.fromkeys(("wav", "mp3", "ogg", "flac"), SOUND),
    **dict.fromkeys(("txt", "csv", "md", "pdf", "json"), WORDS),
}
MAX_DEPTH = 6
BY_TYPE = {"string": "Hello", "number": 1, "integer": 1, "boolean": True, "array": [], "object": {}, "null": None}


class Unknown(Exception):
    """Nobody here knows a valid value."""


def inputs(parameters: list[Any], upload: Callable[[File], Any]) -> list[Any]:
    """A value for each parameter; Unknown. `upload` gives what stands for a file."""
    return [_input(one, upload) for one in parameters if isinstance(one, dict)]


def _input(parameter: dict[str, Any], upload: Callable[[File], Any]) -> Any:
    default = parameter.get("parameter_default")
    if parameter.get("parameter_has_default") and default is not None and not _is_file(default):
        return default
    example = parameter.get("example_input")
    if example is not None:
        return _local(example, upload, 0)
    schema = parameter.get("type")
    return _by_schema(schema if isinstance(schema, dict) else {})


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and "path" in value


def _local(value: Any, upload: Callable[[File], Any], depth: int) -> Any:
    """The value with each file of another host replaced by one of ours."""
    if depth > MAX_DEPTH:
        raise Unknown("too deep")
    if isinstance(value, list):
        return [_local(one, upload, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    if not _is_file(value):
        return {name: _local(one, upload, depth + 1) for name, one in value.items()}
    ending = str(value.get("path") or value.get("url") or "").rpartition(".")[2].lower()
    if ending not in BY_ENDING:
        raise Unknown(ending)
    return upload(BY_ENDING[ending])


def _by_schema(schema: dict[str, Any]) -> Any:
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    if "minimum" in schema:
        return schema["minimum"]
    kind = schema.get("type")
    if isinstance(kind, str) and kind in BY_TYPE:
        return BY_TYPE[kind]
    raise Unknown(str(kind))
