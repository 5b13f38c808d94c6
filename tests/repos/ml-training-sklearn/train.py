import argparse
import json
import os

import numpy as np

from dataset import load_iris, split

SEED = 42


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


class LogisticRegression:
    def __init__(self, lr=0.1, epochs=200):
        self.lr = lr
        self.epochs = epochs

    def fit(self, X, y):
        rng = np.random.default_rng(SEED)
        n, d = X.shape
        k = y.max() + 1
        self.W = rng.normal(scale=0.01, size=(d, k))
        self.b = np.zeros(k)
        Y = np.eye(k)[y]
        for epoch in range(self.epochs):
            P = softmax(X @ self.W + self.b)
            loss = -np.mean(np.log(P[np.arange(n), y] + 1e-12))
            g = (P - Y) / n
            self.W -= self.lr * X.T @ g
            self.b -= self.lr * g.sum(axis=0)
            if epoch % 50 == 0:
                print(f"epoch {epoch:4d}  loss: {loss:.4f}")
        return self

    def predict(self, X):
        return softmax(X @ self.W + self.b).argmax(axis=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--lr", type=float, default=0.5)
    args = parser.parse_args()

    X, y, names = load_iris()
    X_train, X_test, y_train, y_test = split(X, y, test_size=0.3, seed=SEED)
    mu, sd = X_train.mean(axis=0), X_train.std(axis=0)
    model = LogisticRegression(args.lr, args.epochs).fit((X_train - mu) / sd, y_train)

    train_acc = float((model.predict((X_train - mu) / sd) == y_train).mean())
    test_acc = float((model.predict((X_test - mu) / sd) == y_test).mean())
    print("train accuracy:", round(train_acc, 4))
    print("test accuracy:", round(test_acc, 4))

    os.makedirs("models", exist_ok=True)
    np.savez("models/model.npz", W=model.W, b=model.b, mu=mu, sd=sd)
    with open("metrics.json", "w") as f:
        json.dump({"train": {"accuracy": train_acc}, "test": {"accuracy": test_acc}, "n_train": len(X_train)}, f, indent=2)
    # print(model.W)
