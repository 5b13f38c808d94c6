"""Vectors of texts by the hashing trick: unit length, equal for equal texts, near for texts that share words."""

import array
import base64
import math
import re
import sys
import zlib

STEM = 5  # letters of a word that count beside the word itself: "refund" and "refunds" are near
MAX_FLOATS = 2_000_000
# Sizes that the usual models have; anything else is 1536.
SIZES = (
    ("text-embedding-3-large", 3072),
    ("gemini-embedding", 3072),
    ("text-embedding-004", 768),
    ("embedding-001", 768),
    ("nomic-embed", 768),
    ("mistral-embed", 1024),
    ("mxbai-embed-large", 1024),
    ("bge-m3", 1024),
    ("voyage", 1024),
    ("embed-english", 1024),
    ("embed-multilingual", 1024),
    ("minilm", 384),
)
USUAL_SIZE = 1536


def size_of(model):
    """How many numbers a vector of a model has."""
    return next((size for name, size in SIZES if name in model.lower()), USUAL_SIZE)


def vector(text, size):
    """array("f") of `size` numbers. Each word and each stem adds or takes one at a place that its hash names."""
    counts = {}
    for word in re.findall(r"\w+", text.lower()):
        for feature, weight in ((word, 1.0), (word[:STEM] + "*", 0.7)):
            mark = zlib.crc32(feature.encode("utf-8", "replace"))
            place = (mark >> 1) % size
            counts[place] = counts.get(place, 0.0) + (weight if mark & 1 else -weight)
    length = math.sqrt(sum(count * count for count in counts.values()))
    if not length:
        counts, length = {0: 1.0}, 1.0
    numbers = array.array("f", bytes(4 * size))
    for place, count in counts.items():
        numbers[place] = count / length
    return numbers


def packed(numbers):
    """Base64 of little-endian 32-bit floats, as OpenAI's clients ask for."""
    if sys.byteorder == "big":
        numbers = array.array("f", numbers)
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def listed(numbers):
    """Numbers of JSON."""
    return [round(number, 6) for number in numbers]
