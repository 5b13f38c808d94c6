"""Just enough of the protobuf wire format to read and write a few fields of a message (protobuf.dev, "Encoding")."""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def fields(data):
    """(field number, value) of each field in turn: an int of a varint, bytes of everything else. ValueError."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(data, at)
        elif kind in (BYTES, FIXED64, FIXED32):
            size = {FIXED64: 8, FIXED32: 4}.get(kind)
            if size is None:
                size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            raise ValueError(f"wire type {kind}")
        if at > len(data):
            raise ValueError("a field that is cut off")
        yield number, value


def field(data, wanted, default=None):
    """The last value of one field, which is the one that counts."""
    for number, value in fields(data):
        if number == wanted:
            default = value
    return default


def nested(number, value):
    """A field of bytes: a text, or a message within a message."""
    return written(number, BYTES, value)


def written(number, kind, value):
    """The bytes of one field: `value` is an int of a varint, bytes of everything else."""
    key = _written(number << 3 | kind)
    if kind == VARINT:
        return key + _written(value & (1 << 64) - 1)  # what is below 0 is written as its complement
    return key + (_written(len(value)) if kind == BYTES else b"") + value


def numbers(value):
    """The integers of a repeated field: packed in bytes, or one alone."""
    if isinstance(value, int):
        return [value]
    found, at = [], 0
    while at < len(value):
        one, at = _varint(value, at)
        found.append(one)
    return found


def _varint(data, at):
    value = shift = 0
    while shift < 70:
        if at >= len(data):
            raise ValueError("a number that is cut off")
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 0x80:
            return value, at
    raise ValueError("a number of more than ten bytes")


def _written(value):
    found = b""
    while value > 0x7F:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])
