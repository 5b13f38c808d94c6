HABITS: dict[int, str] = {1: "read ten pages"}


def add(name: str) -> int:
    HABITS[max(HABITS, default=0) + 1] = name
    return max(HABITS)
