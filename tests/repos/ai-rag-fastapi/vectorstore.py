# tiny in-memory vector search, good enough for 4 chunks :)


class VectorStore:
    def __init__(self):
        self.rows = []

    def add(self, file, text, vec):
        self.rows.append({"file": file, "text": text, "vec": vec})

    def search(self, vec, k=3):
        scored = []
        for r in self.rows:
            score = sum(a * b for a, b in zip(vec, r["vec"]))
            scored.append({"file": r["file"], "text": r["text"], "score": score})
        scored.sort(key=lambda r: r["score"], reverse=True)
        return scored[:k]
