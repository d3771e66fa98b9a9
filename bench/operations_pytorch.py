"""PyTorch's side of operations.js: answers each line of JSON with one. {"name"} runs an operation once, {"times"} runs it again so many times."""

import json
import sys
import time

import torch
import torch.nn.functional as F


def numbers(shape, which):
    size = torch.Size(shape).numel()
    i = torch.arange(size, dtype=torch.int64) + 13 * which
    return ((i * 7919 % 10007).double() / 10007 - 0.5).float().reshape(shape)


def gradient(f):
    def run(x, *others):
        leaf = x.detach().requires_grad_()
        return torch.autograd.grad(f(leaf, *others).sum(), leaf)[0]

    return run


def rosenbrock():
    p = torch.tensor([-1.5, 2], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([p], line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
        loss.backward()
        return loss

    for _ in range(20):
        optimizer.step(closure)
    return p.detach()


def conv1d(x, w):
    return F.conv1d(x, w, padding=2)


def upsampled(mode):
    return lambda x: F.interpolate(x, scale_factor=2, mode=mode)


IMAGE, SEQUENCE = (8, 64, 32, 32), (16, 64, 512)
WORKS = {
    "sort 1,000,000": ([(1_000_000,)], lambda x: torch.sort(x).values),
    "topk 100 of 1,000,000": ([(1_000_000,)], lambda x: torch.topk(x, 100).values),
    "einsum bij,bjk->bik, 32 × 64³": ([(32, 64, 64)] * 2, lambda x, y: torch.einsum("bij,bjk->bik", x, y)),
    "einsum bqhd,bkhd->bhqk, 4 × 64 × 8 × 32": ([(4, 64, 8, 32)] * 2, lambda x, y: torch.einsum("bqhd,bkhd->bhqk", x, y).contiguous()),
    "einsum ijk,jl,km->ilm, 64³": ([(64, 64, 64), (64, 64), (64, 64)], lambda x, y, z: torch.einsum("ijk,jl,km->ilm", x, y, z).contiguous()),
    "conv1d 64 → 64, 5, 16 × 512": ([SEQUENCE, (64, 64, 5)], conv1d),
    "its gradient": ([SEQUENCE, (64, 64, 5)], gradient(conv1d)),
    "conv3d 16 → 32, 3, 2 × 16³": ([(2, 16, 16, 16, 16), (32, 16, 3, 3, 3)], lambda x, w: F.conv3d(x, w, padding=1)),
    "convTranspose2d 64 → 32, 4, 8 × 32²": ([IMAGE, (64, 32, 4, 4)], lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1)),
    "interpolate bilinear × 2, 8 × 64 × 32²": ([IMAGE], upsampled("bilinear")),
    "interpolate bicubic × 2, 8 × 64 × 32²": ([IMAGE], upsampled("bicubic")),
    "cdist 1,000 × 1,000, 64": ([(1000, 64)] * 2, torch.cdist),
    "solve 128": ([(128, 128), (128, 8)], lambda x, y: torch.linalg.solve(x + 8 * torch.eye(128), y)),
    "eigh 32": ([(32, 32)], lambda x: torch.linalg.eigh(x + x.T).eigenvalues),
    "svd 32": ([(32, 32)], lambda x: torch.linalg.svd(x).S),
    "20 steps of LBFGS, Rosenbrock": ([], rosenbrock),
}


def main():
    torch.set_num_threads(1)
    run = None
    for line in sys.stdin:
        question = json.loads(line)
        if "name" in question:
            shapes, f = WORKS[question["name"]]
            inputs = [numbers(shape, which) for which, shape in enumerate(shapes)]
            run = lambda: f(*inputs)  # noqa: E731
            flat = run().reshape(-1)
            print(json.dumps({"sample": flat[:: max(1, flat.numel() // 1000)].tolist()}), flush=True)
            continue
        spent = []
        for _ in range(question["times"]):
            start = time.perf_counter()
            run()
            spent.append(1e3 * (time.perf_counter() - start))
        print(json.dumps({"milliseconds": spent}), flush=True)


main()
