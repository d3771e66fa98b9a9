"""PyTorch's side of recurrent.js: answers each line of JSON with one. The first has the work and its weights, the others ask for steps."""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def tensors(named):
    return {name: torch.tensor(data, dtype=torch.float32).reshape(shape) for name, (shape, data) in named.items()}


class Net(nn.Module):
    def __init__(self, work):
        super().__init__()
        self.kind = work["kind"]
        if self.kind == "embedding":
            self.table = nn.Embedding(work["rows"], work["size"], sparse=True)
        else:
            self.net = getattr(nn, self.kind)(work["inputs"], work["hidden"])
        self.head = nn.Linear(work["size"], work["classes"])

    def forward(self, x):
        y = self.table(x).mean(1) if self.kind == "embedding" else self.net(x)[0][-1]
        return self.head(y)


def main():
    torch.set_num_threads(1)
    begin = json.loads(sys.stdin.readline())
    net = Net(begin["work"])
    net.load_state_dict(tensors(begin["state"]))
    optimizer = torch.optim.SGD(net.parameters(), lr=begin["lr"])
    shape, data = begin["x"]
    x = torch.tensor(data, dtype=torch.int64 if begin["work"]["kind"] == "embedding" else torch.float32).reshape(shape)
    labels = torch.tensor(begin["labels"])

    def step():
        loss = F.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    print(json.dumps({"loss": [step() for _ in range(3)]}), flush=True)
    for line in sys.stdin:
        count = json.loads(line)["steps"]
        times = []
        for _ in range(count):
            start = time.perf_counter()
            step()
            times.append(1e3 * (time.perf_counter() - start))
        print(json.dumps({"milliseconds": times}), flush=True)


main()
