import random

QUOTES = ["Premature optimisation is the root of all evil.", "It works on my machine."]


def pick():
    return random.choice(QUOTES)
