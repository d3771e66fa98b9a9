"""The Python side of bench/scalar.js: the same moons step in micrograd (pip install micrograd).

Answers each line of JSON with a line of JSON. The first line has the points, labels and parameters; the answer is the loss and the
gradients of one training step. Each further line has the number of a step; the answer is how long the step took.
"""

import json
import platform
import sys
import time

try:
    from micrograd.engine import Value
    from micrograd.nn import MLP
except ImportError:
    sys.exit("bench/scalar_micrograd.py: micrograd is not installed: pip install micrograd")


def step(model, points, labels, k):
    scores = [model([Value(x) for x in point]) for point in points]
    margins = [(1 + -label * score).relu() for label, score in zip(labels, scores)]
    squares = [p * p for p in model.parameters()]
    loss = sum(margins) * (1 / len(points)) + sum(squares) * 1e-4
    model.zero_grad()
    loss.backward()
    rate = 1 - 0.9 * k / 100
    for p in model.parameters():
        p.data -= rate * p.grad
    return loss.data


def main():
    task = json.loads(sys.stdin.readline())
    points, labels = task["points"], task["labels"]
    model = MLP(2, [16, 16, 1])
    for p, data in zip(model.parameters(), task["parameters"]):
        p.data = data
    loss = step(model, points, labels, 0)
    gradients = [p.grad for p in model.parameters()]
    print(json.dumps({"python": platform.python_version(), "loss": loss, "gradients": gradients}), flush=True)

    for line in sys.stdin:
        start = time.perf_counter()
        step(model, points, labels, json.loads(line)["step"])
        print(json.dumps({"milliseconds": 1e3 * (time.perf_counter() - start)}), flush=True)


main()
