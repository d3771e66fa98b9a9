"""A program: a module with its manifest, compiled for the devices."""

import jax

from .module import exported


class Program:
    """Runs a step. Arguments and results are in the order of the manifest."""

    def __init__(self, devices, text, manifest):
        self.devices = devices
        self.arguments = manifest["arguments"]
        self.results = manifest["results"]
        self.in_shardings = tuple(devices.sharding(entry) for entry in self.arguments)
        # A process reads only what it holds itself, so results of several processes are replicated.
        alone = jax.process_count() == 1
        self.out_shardings = tuple(
            devices.sharding(entry if alone else entry | {"batch": None}) for entry in self.results
        )
        self._call = exported(text, manifest).call
        self._compiled = {}

    def run(self, values, donated):
        """Runs the program on Values; `donated` are the positions of arguments whose memory the results may take."""
        arrays = [self.devices.place(value, sharding) for value, sharding in zip(values, self.in_shardings)]
        return self._function(tuple(donated))(*arrays)

    def _function(self, donated):
        if donated not in self._compiled:
            self._compiled[donated] = jax.jit(
                self._call,
                in_shardings=self.in_shardings,
                out_shardings=self.out_shardings,
                donate_argnums=donated,
            )
        return self._compiled[donated]
