# PyTorch's side of the benches: answers each line of JSON with a line of JSON, as answer.js does, on the number of threads that the
# question gives.
import base64
import json
import re
import sys
import time

try:
    import torch
    from torch import nn
except ImportError as error:
    print(json.dumps({"error": f"{error}: pip install torch"}), flush=True)
    sys.exit()

torch.set_flush_denormal(False)


def tensor(described, dtype):
    if "whole" in described:
        return torch.tensor(described["whole"]).reshape(described["shape"])
    values = torch.frombuffer(bytearray(base64.b64decode(described["data"])), dtype=torch.float32)
    return values.reshape(described["shape"]).to(dtype)


class Embedded(nn.Module):
    def __init__(self, symbols, length, width):
        super().__init__()
        self.words, self.places = nn.Embedding(symbols, width), nn.Embedding(length, width)

    def forward(self, x):
        return self.words(x) + self.places(torch.arange(x.shape[1]))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(width), nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x):
        y = self.norm(x)
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype)
        return x + self.attention(y, y, y, attn_mask=mask, is_causal=True, need_weights=False)[0]


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.inner = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.inner(x)


def layer(described):
    kind = described["kind"]
    width = described.get("width")
    if kind == "embedding":
        return Embedded(described["symbols"], described["length"], width)
    if kind == "attention":
        return Attention(width, described["heads"])
    if kind == "mlp":
        hidden = described["hidden"]
        return Residual(nn.LayerNorm(width), nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))
    if kind == "norm":
        return nn.LayerNorm(width)
    if kind == "rows":
        return nn.Flatten(0, 1)
    if kind == "linear":
        return nn.Linear(described["from"], described["to"])
    if kind == "conv":
        return nn.Conv2d(described["from"], described["to"], described["kernel"], padding=described["padding"])
    return {"relu": nn.ReLU, "pool": lambda: nn.MaxPool2d(2), "flatten": nn.Flatten}[kind]()


def train(work):
    dtype = torch.float64 if work.get("float64") else torch.float32
    model = nn.Sequential(*map(layer, work["layers"])).to(dtype)
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), work["parameters"], strict=True):
            parameter.copy_(tensor(values, dtype))
    batches = [(tensor(batch["images"], dtype), torch.tensor(batch["labels"])) for batch in work["batches"]]
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[work["optimizer"]["kind"]]
    optimizer = make(model.parameters(), lr=work["optimizer"]["lr"])

    def step(i):
        images, labels = batches[i % len(batches)]
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, None


def multiply(work):
    a, b = (tensor(work[name], torch.float32) for name in "ab")
    result = torch.empty_like(a)

    def step(_):
        for _ in range(work["repeats"]):
            torch.mm(a, b, out=result)

    return step, lambda places: result.flatten()[torch.tensor(places)].tolist()


def peak_memory():
    try:
        with open("/proc/self/status") as status:
            return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1])
    except OSError:
        import resource  # Windows has neither of the two

        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return held if sys.platform == "darwin" else 1024 * held


step, entries, done = None, None, 0
for line in sys.stdin:
    question = json.loads(line)
    if "memory" in question:
        reply = {"peak": peak_memory()}
    elif "entries" in question:
        reply = {"values": entries(question["entries"])}
    elif "run" not in question:
        torch.set_num_threads(question["threads"])
        step, entries = multiply(question) if "size" in question else train(question)
        reply = {"name": f"PyTorch {torch.__version__.split('+')[0]}"}
    else:
        values, milliseconds = [], []
        used, before = time.process_time(), time.perf_counter()
        for _ in range(question["run"]):
            values.append(step(done))
            done += 1
            now = time.perf_counter()
            milliseconds.append((now - before) * 1e3)
            before = now
        processor = (time.process_time() - used) * 1e3
        reply = {"values": values, "milliseconds": milliseconds, "processor": processor}
    print(json.dumps(reply), flush=True)
