"""What an app downloads when it starts, told apart from a fault of its code: tokenisers, corpora, weights."""

import pytest

from sandbox.diagnosis import diagnose_run
from tests.sandbox.test_diagnosis import PLAN

# The last lines of tiktoken 0.14, nltk 3.9, transformers 5 and huggingface_hub 1 in a network without a way out.
TIKTOKEN = (
    "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='openaipublic.blob.core.windows.net', port=443): "
    'Max retries exceeded with url: /encodings/{}.tiktoken (Caused by NameResolutionError("HTTPSConnection('
    "host='openaipublic.blob.core.windows.net', port=443): Failed to resolve 'openaipublic.blob.core.windows.net' "
    '([Errno -3] Temporary failure in name resolution)"))\n[7] [ERROR] Worker (pid:8) exited with code 3.\n'
)
NLTK = (
    "[nltk_data] Error loading vader_lexicon: <urlopen error [Errno -3]\n"
    "[nltk_data]     Temporary failure in name resolution>\nLookupError: \n" + "*" * 70 + "\n"
    "  Resource \x1b[93mvader_lexicon\x1b[0m not found.\n  Please use the NLTK Downloader to obtain the resource:\n\n"
    "  \x1b[31m>>> import nltk\n  >>> nltk.download('vader_lexicon')\n  \x1b[0m\n"
)
HUB = (
    "huggingface_hub.errors.LocalEntryNotFoundError: Got: ConnectError: [Errno -3] Temporary failure in name "
    "resolution\nAn error happened while trying to locate the files on the Hub.\n"
)
TRANSFORMERS = "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them.\n"


@pytest.mark.parametrize(
    ("log", "fault", "fix"),
    [
        (TIKTOKEN.format("cl100k_base"), "tokeniser_needed", "tiktoken.get_encoding('cl100k_base')"),
        (TIKTOKEN.format("o200k_base"), "tokeniser_needed", "TIKTOKEN_CACHE_DIR"),
        (NLTK, "data_needed", "Fetch vader_lexicon while the image is built"),
        (HUB, "weights_needed", "while the image is built"),
        (TRANSFORMERS, "weights_needed", "while the image is built"),
    ],
    ids=["cl100k", "o200k", "nltk", "hub", "transformers"],
)
def test_download_at_the_start_is_named_with_what_to_put_into_the_image(log, fault, fix):
    found = diagnose_run(f"Traceback (most recent call last):\n{log}", 1, False, "", PLAN)
    assert (found.id, fix in found.fix) == (fault, True)
