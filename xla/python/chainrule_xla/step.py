"""A step from files, for programs in Python: the module, its manifest and the weights, as chainrule wrote them.

    step = load_step("step.mlir", "step.json", "weights.safetensors")
    for images, labels in batches:
        loss, = step(images, labels)
    step.save("trained.safetensors")
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from .mesh import Devices
from .module import dtype_of
from .program import Program
from .session import Value, host


class Step:
    """A step whose states are on the devices of all processes."""

    def __init__(self, text, manifest, states):
        self.program = Program(Devices(), text, manifest)
        self.manifest = manifest
        self.inputs = [entry for entry in manifest["arguments"] if entry["kind"] == "input"]
        self.state_entries = [entry for entry in manifest["arguments"] if entry["kind"] == "state"]
        missing = [entry["name"] for entry in self.state_entries if entry["name"] not in states]
        if missing:
            raise KeyError(f"the weights have no {', '.join(missing)}")
        self.values = {entry["name"]: _value(entry, states[entry["name"]]) for entry in self.state_entries}

    def __call__(self, *inputs):
        """Runs the step on the whole batch, and returns what the function returned, as arrays on the devices."""
        if len(inputs) != len(self.inputs):
            raise TypeError(f"the step takes {len(self.inputs)} inputs, not {len(inputs)}")
        given = {entry["name"]: _value(entry, array) for entry, array in zip(self.inputs, inputs)}
        given |= self.values
        arguments = self.manifest["arguments"]
        donated = [i for i, entry in enumerate(arguments) if entry["donatedTo"] is not None]
        made = self.program.run([given[entry["name"]] for entry in arguments], donated)
        for i in donated:
            entry = arguments[i]
            self.values[entry["name"]] = Value(tuple(entry["shape"]), made[entry["donatedTo"]])
        return [array for entry, array in zip(self.manifest["results"], made) if entry["kind"] == "result"]

    def states(self):
        """The states by name, as NumPy arrays."""
        return {name: host(value.contents, self.program.devices) for name, value in self.values.items()}

    def save(self, path):
        """Writes the states as a safetensors file, which readSafetensors of chainrule reads."""
        save_file({name: np.ascontiguousarray(array) for name, array in self.states().items()}, path)


def load_step(module, manifest, weights):
    """A Step from a StableHLO text, its manifest (JSON) and the states by name (safetensors)."""
    return Step(Path(module).read_text(), json.loads(Path(manifest).read_text()), load_file(weights))


def _value(entry, array):
    array = np.asarray(array)
    dtype = dtype_of(entry["dtype"])
    if array.dtype != dtype or array.shape != tuple(entry["shape"]):
        raise ValueError(
            f"{entry['name']} is {array.dtype}{list(array.shape)}, and the step takes {dtype}{entry['shape']}"
        )
    return Value(tuple(entry["shape"]), array)
