"""Runs StableHLO modules through JAX's documented interface, on the CPU.

    run_stablehlo.py MODULE.mlir MANIFEST.json INPUTS.safetensors OUTPUTS.safetensors
    run_stablehlo.py --serve REQUESTS ANSWERS

The first form runs a module once. INPUTS has the arguments under their names in the manifest; OUTPUTS gets the results under theirs. The
second form reads requests from one named pipe and writes answers to another, so that a test runs many modules in one process. A request and an
answer are a frame each: the length of a JSON header and the length of a safetensors file, both as 32-bit little-endian integers, then both.

Needs jax (tried with 0.10.2) and numpy.
"""
import functools
import json
import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import numpy as np
from jax.extend.mlir import ir

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))
from chainrule_xla.module import exported

NAMES = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "U8": np.uint8, "BOOL": np.bool_}
CODES = {np.dtype(dtype): code for code, dtype in NAMES.items()}


def read_tensors(data):
    """The arrays of a safetensors file by name."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = memoryview(data)[8 + length :]
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], NAMES[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
    }


def write_tensors(tensors):
    """The bytes of a safetensors file, in the order of the arrays: the largest elements first, so that each array is aligned."""
    header, parts, at = {}, [], 0
    for name, array in sorted(tensors.items(), key=lambda item: -item[1].itemsize):
        data = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": CODES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [at, at + len(data)],
        }
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def compiled(text, arguments, results):
    """The module as a function of JAX, made as the runner makes it."""
    module = exported(text, {"arguments": arguments, "results": results})
    donated = tuple(i for i, one in enumerate(arguments) if one.get("donatedTo") is not None)
    return jax.jit(module.call, donate_argnums=donated, keep_unused=True)


def run_once(module, manifest, inputs, outputs):
    with open(module, encoding="utf8") as file:
        text = file.read()
    with open(manifest, encoding="utf8") as file:
        signature = json.load(file)
    with open(inputs, "rb") as file:
        given = read_tensors(file.read())
    run = compiled(text, signature["arguments"], signature["results"])
    values = run(*(given[one["name"]] for one in signature["arguments"]))
    named = {one["name"]: np.asarray(value) for one, value in zip(signature["results"], values)}
    with open(outputs, "wb") as file:
        file.write(write_tensors(named))


@functools.cache
def context():
    """The dialects that may stand in a module: those of a module of JAX."""
    return jax.jit(lambda x: x).lower(1.0).compiler_ir("stablehlo").context


def verify(text):
    """Raises what the parser and the verifier of StableHLO have against a module."""
    if not ir.Module.parse(text, context=context()).operation.verify():
        raise ValueError("the module is not valid")


def answer(request, tensors, programs):
    """The arrays that answer a request."""
    if "verify" in request:
        verify(request["verify"])
        return {}
    if "text" in request:
        programs[request["id"]] = compiled(request["text"], request["arguments"], request["results"])
        return {}
    if request.get("forget"):
        programs.pop(request["id"], None)
        jax.clear_caches()
        return {}
    values = programs[request["id"]](*(tensors[str(i)] for i in range(len(tensors))))
    return {str(i): np.asarray(value) for i, value in enumerate(values)}


def serve(requests, answers):
    programs = {}
    with open(requests, "rb") as reader, open(answers, "wb") as writer:
        while len(sizes := reader.read(8)) == 8:
            header_length, data_length = struct.unpack("<II", sizes)
            request = json.loads(reader.read(header_length))
            data = reader.read(data_length)
            try:
                header, data = {}, write_tensors(answer(request, read_tensors(data), programs))
            except Exception as error:  # the test shows it, and goes on
                header, data = {"error": f"{type(error).__name__}: {error}"}, write_tensors({})
            text = json.dumps(header).encode()
            writer.write(struct.pack("<II", len(text), len(data)) + text + data)
            writer.flush()


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--serve":
        serve(*sys.argv[2:])
    elif len(sys.argv) == 5:
        run_once(*sys.argv[1:])
    else:
        sys.exit(__doc__)
