"""The fault of an image that is larger than the limit, with what would make it smaller as its log shows."""

from __future__ import annotations

import re

from sandbox.faults import TeamFault

# The wheels of PyTorch for Linux on PyPI bring CUDA with them, several gigabytes in packages of this name.
_CUDA = re.compile(r"\bnvidia[-_](?:cublas|cuda|cudnn|cufft|curand|cusolver|cusparse|nccl)", re.IGNORECASE)
_CPU_ONLY = (
    "Most of it is CUDA, which only a graphics card uses. Install torch before the rest from PyTorch's index for CPUs: "
    "pip install torch --index-url https://download.pytorch.org/whl/cpu"
)
_ANY = "Use a slim base image, and leave data sets, models and caches out of it."


def too_large(what: str, detail: str, log: str) -> TeamFault:
    """`what` is the sentence of the fault, `log` what the build said."""
    return TeamFault("image_too_large", what, detail=detail, fix=_CPU_ONLY if _CUDA.search(log) else _ANY)
