"""Messages of protobuf as the documents that their JSON mapping makes of them, and back, by tables of their fields.

A table is written as in a .proto file: {"Content": "repeated Part parts = 1; string role = 2"}. Kinds: string, bytes,
bool, int32, int64, float, double, google.protobuf.Struct (as `Struct`), the messages of the same table and enums, whose
names are given as a tuple in the order of their numbers. Fields that no table names are passed over, as protobuf does.
"""

import base64
import re
import struct

from protobuf_wire import BYTES, FIXED32, FIXED64, VARINT, fields, numbers, written

DEPTH, FIELDS = 32, 200_000
_FIELD = re.compile(r"\s*(repeated )?(?:map<string, (\w+)>|(\w+)) (\w+) = (\d+)\s*")
_FLOATS = {"float": ("f", 4, FIXED32), "double": ("d", 8, FIXED64)}
_INTEGERS = ("bool", "int32", "int64")
_VALUE = {2: "double", 3: "string", 4: "bool", 5: "Struct", 6: "ListValue"}


class Messages:
    """The messages of one table, with the enums that it names."""

    def __init__(self, table, enums=None):
        self.enums = enums or {}
        self.by_number = {message: dict(_fields_of(text)) for message, text in table.items()}
        self.by_name = {
            message: {name: (number, *rest) for number, (name, *rest) in rows.items()}
            for message, rows in self.by_number.items()
        }

    def decoded(self, message, data):
        """The document of a message's bytes; ValueError where they are none, or more than anybody would send."""
        return _Reading(self).message(message, data, 0)

    def encoded(self, message, document):
        """The bytes of a document; members that the message has not are left out."""
        known, made = self.by_name[message], bytearray()
        for name, value in document.items():
            if name in known and value is not None:
                number, kind, is_repeated, is_map = known[name]
                if is_map:
                    pairs = ((written(1, BYTES, key.encode()), self._field(2, kind, one)) for key, one in value.items())
                    made += b"".join(written(number, BYTES, key + one) for key, one in pairs)
                elif is_repeated and kind in _FLOATS:
                    made += written(number, BYTES, struct.pack(f"<{len(value)}{_FLOATS[kind][0]}", *value))
                else:
                    made += b"".join(self._field(number, kind, one) for one in (value if is_repeated else (value,)))
        return bytes(made)

    def _field(self, number, kind, value):
        if kind in _FLOATS:
            code, _, wire = _FLOATS[kind]
            return written(number, wire, struct.pack(f"<{code}", value))
        if kind in self.enums or kind in _INTEGERS:
            value = self.enums[kind].index(value) if kind in self.enums else int(value)
            return written(number, VARINT, value)
        if kind == "string":
            data = value.encode("utf-8", "replace")
        elif kind == "bytes":
            data = base64.b64decode(value)
        elif kind == "Struct":
            data = _struct(value)
        else:
            data = self.encoded(kind, value)
        return written(number, BYTES, data)


class _Reading:
    """Reads one message; counts its fields, so that small bytes do not become large documents."""

    def __init__(self, messages):
        self.messages, self.count = messages, 0

    def fields(self, data, depth):
        if depth > DEPTH or not isinstance(data, bytes):
            raise ValueError("nested too deeply, or no message")
        for pair in fields(data):
            self.count += 1
            if self.count > FIELDS:
                raise ValueError("more fields than anybody would send")
            yield pair

    def message(self, message, data, depth):
        known, document = self.messages.by_number[message], {}
        for number, value in self.fields(data, depth):
            if number not in known:
                continue
            name, kind, is_repeated, is_map = known[number]
            if is_map:
                entry = dict(self.fields(value, depth + 1))
                key = self.value("string", entry.get(1, b""), depth)
                document.setdefault(name, {})[key] = self.value(kind, entry.get(2, b""), depth + 1)
            elif is_repeated:
                document.setdefault(name, []).extend(self.values(kind, value, depth))
            else:
                document[name] = self.value(kind, value, depth)
        return document

    def values(self, kind, value, depth):
        """What one field adds to a repeated one: of numbers, that may be any count of them, packed."""
        if kind in _FLOATS:
            code, size, _ = _FLOATS[kind]
            if not isinstance(value, bytes) or len(value) % size:
                raise ValueError("no numbers")
            return struct.unpack(f"<{len(value) // size}{code}", value)
        if kind in _INTEGERS or kind in self.messages.enums:
            return [self.value(kind, one, depth) for one in numbers(value)]
        return [self.value(kind, value, depth)]

    def value(self, kind, value, depth):
        if kind in _FLOATS:
            return self.values(kind, value, depth)[-1]
        is_whole = kind in self.messages.enums or kind in _INTEGERS
        if is_whole != isinstance(value, int):
            raise ValueError(f"this is no {kind}")
        if is_whole:
            return self.whole(kind, value)
        if kind == "string":
            return value.decode()
        if kind == "bytes":
            return base64.b64encode(value).decode()
        return self.struct(value, depth + 1) if kind == "Struct" else self.message(kind, value, depth + 1)

    def whole(self, kind, value):
        names = self.messages.enums.get(kind, ())
        if value < len(names):
            return names[value]
        return bool(value) if kind == "bool" else value - (1 << 64) if value >> 63 else value

    def struct(self, data, depth):
        document = {}
        for number, entry in self.fields(data, depth):
            if number == 1:
                pair = dict(self.fields(entry, depth + 1))
                document[self.value("string", pair.get(1, b""), depth)] = self.any(pair.get(2, b""), depth + 1)
        return document

    def any(self, data, depth):
        """The JSON value of a google.protobuf.Value."""
        found = None
        for number, value in self.fields(data, depth):
            kind = _VALUE.get(number)
            if kind == "ListValue":
                found = [self.any(one, depth + 2) for at, one in self.fields(value, depth + 1) if at == 1]
            else:
                found = self.value(kind, value, depth) if kind else None
        return found


def _fields_of(text):
    for line in text.split(";"):
        found = _FIELD.fullmatch(line)
        if found:
            head, *rest = found[4].split("_")
            name = head + "".join(part.capitalize() for part in rest)
            yield int(found[5]), (name, found[2] or found[3], bool(found[1]), bool(found[2]))


def _struct(document):
    pairs = (written(1, BYTES, str(name).encode()) + written(2, BYTES, _any(one)) for name, one in document.items())
    return b"".join(written(1, BYTES, pair) for pair in pairs)


def _any(value):
    if isinstance(value, bool):
        return written(4, VARINT, int(value))
    if isinstance(value, int | float):
        return written(2, FIXED64, struct.pack("<d", value))
    if isinstance(value, str):
        return written(3, BYTES, value.encode("utf-8", "replace"))
    if isinstance(value, dict):
        return written(5, BYTES, _struct(value))
    if isinstance(value, list):
        return written(6, BYTES, b"".join(written(1, BYTES, _any(one)) for one in value))
    return written(1, VARINT, 0)
