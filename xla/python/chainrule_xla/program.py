"""A program: a module with its manifest, compiled for the devices."""

import jax

from .module import exported


class Program:
    """Runs a step. Arguments and results are in the order of the manifest."""

    def __init__(self, devices, text, manifest):
        self.devices = devices
        self.arguments = manifest["arguments"]
        self.results = manifest["results"]
        # A process reads only what it holds itself, so results of several processes are replicated.
        alone = jax.process_count() == 1
        self.out_shardings = tuple(
            devices.sharding(entry if alone else entry | {"batch": None}) for entry in self.results
        )
        self._call = exported(text, manifest).call
        self._compiled = {}

    def run(self, values, donated):
        """Runs the program on Values; `donated` are the positions of arguments whose memory the results may take."""
        shardings = tuple(self._sharding(entry, value) for entry, value in zip(self.arguments, values))
        arrays = [self.devices.place(value, sharding) for value, sharding in zip(values, shardings)]
        return self._function(tuple(donated), shardings)(*arrays)

    def _sharding(self, entry, value):
        # Rows that processes have are the batch, whatever the size of dim 0: labels may have a row for each word of a text.
        return self.devices.sharding(entry if value.rows is None else entry | {"batch": 0})

    def _function(self, donated, shardings):
        key = (donated, shardings)
        if key not in self._compiled:
            self._compiled[key] = jax.jit(
                self._call,
                in_shardings=shardings,
                out_shardings=self.out_shardings,
                donate_argnums=donated,
            )
        return self._compiled[key]
