"""PyTorch's side of few-pictures.js: features of EfficientNet-Lite0 with chainrule-backbone's weights, and logistic regression on them.

    python3 bench/few_pictures.py FOLDER SEED        # FOLDER has train/ and test/, each with a subfolder for each class

Prints {"testAccuracy": ...}. Needs torch, numpy and Pillow. Pictures are put on white and fitted into 224 x 224, in their proportions. The penalty
on squared weights is chosen by five-fold cross-validation among the same values as chainrule's.
"""

import json
import pathlib
import struct
import sys

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

WEIGHTS = pathlib.Path(__file__).parent.parent / "backbone" / "efficientnet-lite0.safetensors"
# Blocks, kernel and stride of each stage.
STAGES = [(1, 3, 1), (2, 3, 2), (2, 5, 2), (3, 3, 2), (3, 5, 1), (4, 5, 2), (1, 3, 1)]
PENALTIES = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10]
SIZE = 224


def read_weights():
    data = WEIGHTS.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__")
    kinds = {"F16": np.float16, "F32": np.float32, "I64": np.int64}
    body = data[8 + length :]
    return {
        name: torch.from_numpy(
            np.frombuffer(body[slice(*entry["data_offsets"])], kinds[entry["dtype"]]).reshape(entry["shape"]).copy()
        ).float()
        for name, entry in header.items()
    }


class Net:
    """EfficientNet-Lite0 in evaluation mode, with TensorFlow's padding."""

    def __init__(self):
        self.weights = read_weights()

    def conv_norm(self, x, conv, norm, stride=1, groups=1, active=True):
        w = self.weights
        kernel = w[f"{conv}.weight"]
        around = max((-(-x.shape[-1] // stride) - 1) * stride + kernel.shape[-1] - x.shape[-1], 0)
        x = functional.pad(x, [around // 2, around - around // 2] * 2)
        x = functional.conv2d(x, kernel, stride=stride, groups=groups)
        statistics = [w[f"{norm}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        x = functional.batch_norm(x, *statistics, eps=1e-3)
        return functional.relu6(x) if active else x

    def block(self, x, name, stride, expands):
        y = self.conv_norm(x, f"{name}.conv_pw", f"{name}.bn1") if expands else x
        depthwise, pointwise = ("bn2", "conv_pwl") if expands else ("bn1", "conv_pw")
        y = self.conv_norm(y, f"{name}.conv_dw", f"{name}.{depthwise}", stride, y.shape[1])
        y = self.conv_norm(y, f"{name}.{pointwise}", f"{name}.bn{3 if expands else 2}", active=False)
        return x + y if y.shape == x.shape else y

    def features(self, x):
        x = self.conv_norm(x, "conv_stem", "bn1", 2)
        for stage, (count, _, stride) in enumerate(STAGES):
            for n in range(count):
                x = self.block(x, f"blocks.{stage}.{n}", stride if n == 0 else 1, stage > 0)
        return self.conv_norm(x, "conv_head", "bn2").mean((-2, -1))


def pixels(path):
    picture = Image.open(path).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    white.thumbnail((4096, 4096))
    scale = SIZE / max(white.size)
    small = white.convert("RGB").resize([max(1, round(side * scale)) for side in white.size], Image.BOX)
    frame = Image.new("RGB", (SIZE, SIZE), "white")
    frame.paste(small, ((SIZE - small.width) // 2, (SIZE - small.height) // 2))
    return np.asarray(frame).transpose(2, 0, 1)


def read(folder):
    """The pictures of all classes, and the number of the class of each; those that cannot be read are left out."""
    pictures, labels = [], []
    for label, name in enumerate(sorted(path.name for path in folder.iterdir())):
        for path in sorted((folder / name).iterdir()):
            try:
                pictures.append(pixels(path))
            except OSError:
                continue
            labels.append(label)
    return np.stack(pictures), torch.tensor(labels)


def features(net, pictures):
    with torch.no_grad():
        batches = [(torch.tensor(pictures[n : n + 16]).float() - 127) / 128 for n in range(0, len(pictures), 16)]
        return torch.cat([net.features(batch) for batch in batches])


def fit(x, y, classes, penalty):
    weight = torch.zeros(x.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def step():
        optimizer.zero_grad()
        loss = functional.cross_entropy(x @ weight + bias, y) + penalty * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(step)
    return weight.detach(), bias.detach()


def choose(x, y, classes, seed):
    """The penalty with the least loss on pictures that were left out."""
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))
    fold = torch.empty(len(y), dtype=torch.long)
    fold[order[torch.argsort(y[order], stable=True)]] = torch.arange(len(y)) % 5
    losses = []
    for penalty in PENALTIES:
        held = [(fit(x[fold != n], y[fold != n], classes, penalty), fold == n) for n in range(5)]
        loss = sum(functional.cross_entropy(x[rows] @ w + b, y[rows], reduction="sum") for (w, b), rows in held)
        losses.append(float(loss))
    return PENALTIES[int(np.argmin(losses))]


def main():
    folder, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(2)
    net = Net()
    (train, y), (test, truth) = read(folder / "train"), read(folder / "test")
    x, unseen = features(net, train), features(net, test)
    mean, deviation = x.mean(0), x.std(0).clamp_min(1e-3)
    x, unseen = (x - mean) / deviation, (unseen - mean) / deviation
    classes = int(y.max()) + 1
    weight, bias = fit(x, y, classes, choose(x, y, classes, seed))
    accuracy = ((unseen @ weight + bias).argmax(1) == truth).float().mean()
    print(json.dumps({"testAccuracy": float(accuracy)}))


main()
