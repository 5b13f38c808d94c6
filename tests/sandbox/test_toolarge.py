"""What a team is told of an image that is too large."""

import pytest

from sandbox.engine.toolarge import too_large

CUDA = """Collecting torch==2.5.1 (from -r requirements.txt (line 3))
Collecting nvidia-cublas-cu12==12.4.5.8 (from torch==2.5.1->-r requirements.txt (line 3))
"""
UV = "Downloading nvidia-cudnn-cu12 (633.9MiB)"
NO_CUDA = "Collecting nvidia-ml-py (from gpustat)\nCollecting transformers"


@pytest.mark.parametrize("log", [CUDA, UV])
def test_cuda_that_nothing_here_uses_is_named_with_the_index_without_it(log):
    fault = too_large("The image is larger than the limit", "9 bytes; the limit is 8.", log)
    assert (fault.id, fault.detail) == ("image_too_large", "9 bytes; the limit is 8.")
    assert "index for CPUs: pip install torch --index-url" in fault.fix


def test_another_image_is_told_what_makes_images_large():
    assert too_large("It is too large", "", NO_CUDA).fix.startswith("Use a slim base image")
