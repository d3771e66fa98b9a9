# PyTorch's side of bench/eager.js, on one thread: the same cases with the same names and inputs as in eager.js.
import json
import sys
import time

try:
    import torch
    from torch import nn
except ImportError as error:
    print(json.dumps({"error": f"{error}: pip install torch"}), flush=True)
    sys.exit()

torch.set_num_threads(1)


def pattern(*shape):
    places = torch.arange(torch.Size(shape).numel(), dtype=torch.int64)
    return ((places * 7919 % 10007).double() / 5003.5 - 1).float().reshape(shape)


def sample(tensor):
    flat = tensor.detach().flatten()
    return [float(flat[i * (len(flat) - 1) // 3]) for i in range(4)]


def two():
    return pattern(1000, 1000), pattern(1000, 1000) + 2


def parameters():
    made = [nn.Parameter(pattern(64, 64)) for _ in range(6)]
    for parameter in made:
        parameter.grad = pattern(64, 64)
    return made


def adam():
    made = parameters()
    optimizer = torch.optim.Adam(made)

    def run():
        optimizer.step()
        return made[5]

    return run


def training_step(make):
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(pattern(*parameter.shape) * 0.125)
    x, labels = pattern(64, 64), torch.arange(64) % 10
    optimizer = make(model.parameters())

    def run():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss

    return run


def resnet18():
    parts, before = [nn.Conv2d(3, 64, 7, bias=False), nn.BatchNorm2d(64)], 64
    for to in [64, 128, 256, 512]:
        for a, b in [(before, to), (to, to), (to, to), (to, to)]:
            parts += [nn.Conv2d(a, b, 3, bias=False), nn.BatchNorm2d(b)]
        if before != to:
            parts += [nn.Conv2d(before, to, 1, bias=False), nn.BatchNorm2d(to)]
        before = to
    parts.append(nn.Linear(512, 1000))


def gpt(words, length, width, blocks):
    parts = [nn.Embedding(words, width), nn.Embedding(length, width)]
    for _ in range(blocks):
        parts += [nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)]
        parts += [nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)]
    parts.append(nn.LayerNorm(width))


def with_inputs(f, *inputs):
    return lambda: f(*inputs)


cases = {
    "add": lambda: with_inputs(torch.add, *two()),
    "mul by a number": lambda: with_inputs(torch.mul, two()[0], 0.5),
    "add a row": lambda: with_inputs(torch.add, pattern(1000, 1000), pattern(1000)),
    "relu": lambda: with_inputs(torch.relu, two()[0]),
    "exp": lambda: with_inputs(torch.exp, two()[0]),
    "tanh": lambda: with_inputs(torch.tanh, two()[0]),
    "sum": lambda: with_inputs(torch.sum, two()[1]),
    "sum over rows": lambda: with_inputs(torch.sum, two()[1], 0),
    "max": lambda: with_inputs(torch.amax, two()[0], 1),
    "softmax": lambda: with_inputs(torch.softmax, two()[0], 1),
    "transpose": lambda: with_inputs(lambda x: x.t().contiguous(), pattern(1000, 1000)),
    "topk 40 of 50257": lambda: with_inputs(lambda x: torch.topk(x, 40).values, pattern(50257)),
    "rand": lambda: lambda: torch.rand(1000, 1000),
    "randn": lambda: lambda: torch.randn(1000, 1000),
    "randperm 60000": lambda: lambda: torch.randperm(60000),
    "multinomial 1 of 50257": lambda: with_inputs(torch.multinomial, pattern(50257).softmax(0), 1),
    "zeros 2^28": lambda: lambda: torch.zeros(2**28),
    "Adam, six of 64 × 64": adam,
    "MLP step, SGD": lambda: training_step(lambda all: torch.optim.SGD(all, lr=0.1)),
    "MLP step, Adam": lambda: training_step(torch.optim.Adam),
    "Embedding 50000 × 64": lambda: lambda: nn.Embedding(50000, 64).weight,
    "GPT of 0.8 M": lambda: lambda: gpt(65, 128, 128, 4),
    "ResNet-18, 11.7 M": lambda: resnet18,
    "GPT-2, 124 M": lambda: lambda: gpt(50257, 1024, 768, 12),
}

run = None
for line in sys.stdin:
    question = json.loads(line)
    if "case" in question:
        torch.manual_seed(1)
        run = cases[question["case"]]()
        result = run() if question.get("sample", True) else None
        reply = {"values": [] if result is None or result.numel() > 1e8 else sample(result)}
    else:
        milliseconds = []
        for _ in range(question["run"]):
            start = time.perf_counter()
            result = run()
            milliseconds.append((time.perf_counter() - start) * 1e3)
        reply = {"milliseconds": milliseconds}
    print(json.dumps(reply), flush=True)
