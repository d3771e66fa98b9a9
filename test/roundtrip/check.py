"""Whether PyTorch takes over what chainrule wrote: strict names, shapes and dtypes, outputs to 1e-5, and ten more steps with the
optimiser's state whose losses agree to 2e-5.

    npx tsx test/roundtrip/write.ts build/roundtrip            # chainrule trains three models and writes them down half-way
    python3 test/roundtrip/check.py build/roundtrip/*.safetensors

For each model there are three files, NAME.safetensors, NAME.optimizer.safetensors and NAME.run.safetensors, described in
test/fixtures/pytorch/roundtrip.py; naming one is enough. What PyTorch recorded, in test/roundtrip/recorded, passes as well.
Needs `pip install torch==2.13.0 safetensors numpy`; npm test needs none of it, and runs the other way.
"""

import pathlib
import sys

import torch

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "fixtures"))
from pytorch.roundtrip import check  # noqa: E402


def main(files):
    if not files:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    agree = True
    for folder, name in sorted({(file.parent, file.name.split(".")[0]) for file in map(pathlib.Path, files)}):
        output, loss = check(folder, name)
        fits = output <= 1e-5 and loss <= 2e-5
        print(f"{'✓' if fits else '✗'} {folder / name}: outputs within {output:.1e}, losses within {loss:.1e}")
        agree &= fits
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
