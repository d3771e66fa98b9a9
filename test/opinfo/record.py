"""Records PyTorch's own samples (OpInfo) of the functions that chainrule has beyond Tensor's first methods, with values and gradients.

    pip install torch==2.13.0 expecttest
    npx tsx test/opinfo/compare.ts

calls this script, which writes the samples to the file that it names, as test/fixtures/record.py writes cases. To record some alone, and compare them:

    python3 test/opinfo/record.py build/opinfo.json.gz nn.functional.conv && npx tsx test/opinfo/compare.ts eager
"""

import gzip
import json
import pathlib
import sys
import warnings

import numpy as np
import torch

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "fixtures"))
from pytorch import contraction, elementary, linear_algebra, ordering, selection, shaping  # noqa: E402, F401
from pytorch.recorder import FUNCTIONS, LEFT_OUT, Recorder  # noqa: E402
from pytorch.words import WORDS  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402
from translate import CALLS, UNDEFINED, Missing  # noqa: E402
from translate_nets import NET_CALLS  # noqa: E402

CALLS = {**CALLS, **NET_CALLS}

DTYPES = [torch.float64, torch.float32, torch.int32, torch.bool]
KINDS = {torch.float64, torch.float32, torch.int32, torch.uint8, torch.bool, torch.int64}
# Signs of these vectors are arbitrary.
SIGNED = {"eigh", "svd"}
MOST = 2000  # elements of a sample


def lifted(value):
    """Tensors as NumPy's arrays, tuples as lists."""
    if value is UNDEFINED:
        return LEFT_OUT
    if isinstance(value, torch.Tensor):
        if value.dtype not in KINDS:
            raise Missing(f"{value.dtype}")
        if value.numel() > MOST:
            raise Missing("a large sample")
        array = value.detach().resolve_conj().numpy()
        return array.astype(np.int32) if array.dtype == np.int64 else array
    if isinstance(value, (list, tuple, torch.Size)):
        return [lifted(one) for one in value]
    if isinstance(value, dict):
        return {key: lifted(one) for key, one in value.items()}
    if isinstance(value, complex):
        raise Missing("complex numbers")
    return value


def same(ours, theirs):
    """Whether the words mean what the sample does."""
    ours, theirs = ([*one] if isinstance(one, (tuple, list)) else [one] for one in (ours, theirs))
    return len(ours) == len(theirs) and all(a.shape == b.shape and torch.allclose(a.double(), b.double(), equal_nan=True) for a, b in zip(ours, theirs))


def record_op(op, dtype, recorder, missing):
    call, translate = CALLS[op.name]
    for sample in op.sample_inputs("cpu", dtype, requires_grad=False):
        try:
            args = [lifted(one) for one in translate(sample.input, *sample.args, **sample.kwargs)]
            _, pairs = recorder.lifted(args, "float64")
            theirs = op(sample.input, *sample.args, **sample.kwargs)
            ours = WORDS[call](*[p for p, _ in pairs])
            if call not in SIGNED and not same(ours, theirs):
                raise Missing("a translation")
        except (RuntimeError, TypeError, IndexError, ValueError):
            missing[f"{op.name}: no words for it"] = missing.get(f"{op.name}: no words for it", 0) + 1
            continue
        except Missing as reason:
            missing[f"{op.name}: {reason}"] = missing.get(f"{op.name}: {reason}", 0) + 1
            continue
        for grad in [True, False]:
            try:
                recorder.one(call, args, "float64", grad, False, "", {})
                break
            except RuntimeError:  # no gradient in PyTorch
                continue


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    recorder, missing = Recorder(0), {}
    for op in op_db:
        if op.name in CALLS and op.variant_test_name != "decomposed" and op.name.startswith(tuple(sys.argv[2:]) or ""):
            for dtype in DTYPES:
                if dtype in op.dtypes:
                    record_op(op, dtype, recorder, missing)
    text = json.dumps({"cases": recorder.cases, "missing": missing}, separators=(",", ":"), allow_nan=False)
    pathlib.Path(sys.argv[1]).write_bytes(gzip.compress(text.encode(), compresslevel=6, mtime=0))


if __name__ == "__main__":
    main()
