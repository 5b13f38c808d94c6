"""Ends without an answer, with a traceback."""

import sys

sys.exit("the cause is written here")
