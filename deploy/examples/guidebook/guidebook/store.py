"""The documents, in SQLite: they are there again after a restart. Their vectors stay in memory, too."""

import json
import sqlite3
from pathlib import Path
from typing import NamedTuple


class Document(NamedTuple):
    text: str
    vector: list[float]


class Store:
    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._rows = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._rows.execute("CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, text TEXT, vector TEXT)")
        self.documents = {
            id: Document(text, json.loads(vector))
            for id, text, vector in self._rows.execute("SELECT id, text, vector FROM documents")
        }
        # Answers were drawn from these documents: each change makes the older answers stale.
        self.version = 0

    def check(self) -> None:
        """Raises sqlite3.Error when the file cannot be read."""
        self._rows.execute("SELECT count(*) FROM documents").fetchone()

    def put(self, id: str, text: str, vector: list[float]) -> None:
        row = (id, text, json.dumps(vector))
        self._rows.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", row)
        self.documents[id] = Document(text, vector)
        self.version += 1

    def remove(self, id: str) -> None:
        self._rows.execute("DELETE FROM documents WHERE id = ?", (id,))
        self.documents.pop(id, None)
        self.version += 1

    def nearest(self, vector: list[float], most: int) -> list[str]:
        """Ids of the likeliest documents, the best first."""

        def likeness(id: str) -> float:
            return sum(a * b for a, b in zip(vector, self.documents[id].vector, strict=True))

        return sorted(self.documents, key=likeness, reverse=True)[:most]

    def close(self) -> None:
        self._rows.close()
