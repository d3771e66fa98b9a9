"""The devices of all processes as a mesh, and where the arrays of a step are placed on it.

States are replicated: each device has all of them. Arrays that carry the batch are divided along it, one part a device, if the devices
divide their size; otherwise each device has all of them and computes the same.
"""

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec


class Devices:
    """All devices of all processes, along one axis named "batch"."""

    def __init__(self):
        self.mesh = Mesh(np.array(jax.devices()), ("batch",))
        self.replicated = NamedSharding(self.mesh, PartitionSpec())

    def sharding(self, shape, batch):
        """The sharding of an array of this shape whose dim `batch` is the batch; None for no such dim."""
        if batch is None or shape[batch] % self.mesh.size != 0 or shape[batch] == 0:
            return self.replicated
        return NamedSharding(self.mesh, PartitionSpec(*[None] * batch, "batch"))

    def place(self, value, sharding):
        """A Value as an array with this sharding: from host memory, or from where it lies."""
        if isinstance(value.contents, jax.Array):
            same = value.contents.sharding.is_equivalent_to(sharding, value.contents.ndim)
            return value.contents if same else jax.device_put(value.contents, sharding)
        if value.rows is None:
            return jax.make_array_from_callback(value.shape, sharding, lambda index: value.contents[index])
        if sharding.is_fully_replicated:
            raise ValueError(
                f"this process has rows {value.rows[0]} to {value.rows[1]} of an array of shape {value.shape}, which "
                f"{self.mesh.size} devices do not divide; use a batch that they divide, or give each process all rows"
            )
        return jax.make_array_from_process_local_data(sharding, value.contents, value.shape)
