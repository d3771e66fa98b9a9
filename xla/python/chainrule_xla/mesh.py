"""The devices of all processes as a mesh, and where the arrays of a step are placed on it.

States are replicated, except for dims that a hint divides along the axis "model". Arrays that carry the batch are divided along it, one part
a device of the axis "batch", if these devices divide their size; otherwise each device has all of them and computes the same.

Each process reads its own rows of a batch. Its devices may need others: those of a last batch that the devices do not divide, or those of a group
that divides weights and belongs to several processes. The rows are then brought together by XLA.
"""

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec


class Devices:
    """All devices of all processes: as many along "model" as asked for, the others along "batch"."""

    def __init__(self, model=1):
        # In the order of the processes, as the rows of a batch are.
        devices = np.array(sorted(jax.devices(), key=lambda device: (device.process_index, device.id)))
        if devices.size % model != 0:
            raise ValueError(f"{devices.size} devices cannot be divided into groups of {model} along the axis model")
        self.mesh = Mesh(devices.reshape(-1, model), ("batch", "model"))
        self.replicated = NamedSharding(self.mesh, PartitionSpec())
        # Rows divided among the processes; all devices of a process have the same ones.
        processes = Mesh(devices.reshape(jax.process_count(), -1), ("process", "device"))
        self.by_process = NamedSharding(processes, PartitionSpec("process"))
        self.moves = {}

    def sharding(self, entry):
        """The sharding of an argument or result by its entry of the manifest."""
        shape, batch, axes = entry["shape"], entry["batch"], entry.get("sharding")
        if axes is not None:
            for size, axis in zip(shape, axes):
                if axis is not None and size % self.mesh.shape[axis] != 0:
                    raise ValueError(f"{self.mesh.shape[axis]} devices along {axis} do not divide a size of {size} in {shape}")
            return NamedSharding(self.mesh, PartitionSpec(*axes))
        if batch is None or shape[batch] % self.mesh.shape["batch"] != 0 or shape[batch] == 0:
            return self.replicated
        return NamedSharding(self.mesh, PartitionSpec(*[None] * batch, "batch"))

    def whole(self, array):
        """An array that each process has all of. If the processes divide it, all of them have to ask."""
        if array.is_fully_addressable or array.is_fully_replicated:
            return array
        return self.moved(array, self.replicated)

    def moved(self, array, sharding):
        """An array of all processes with another sharding. All of them have to ask."""
        if sharding not in self.moves:
            self.moves[sharding] = jax.jit(lambda x: x, out_shardings=sharding)
        return self.moves[sharding](array)

    def place(self, value, sharding):
        """A Value as an array with this sharding: from host memory, or from where it lies."""
        if isinstance(value.contents, jax.Array):
            same = value.contents.sharding.is_equivalent_to(sharding, value.contents.ndim)
            return value.contents if same else jax.device_put(value.contents, sharding)
        if value.rows is None:
            return jax.make_array_from_callback(value.shape, sharding, lambda index: value.contents[index])
        if rows_here(sharding, value.shape) == value.rows:
            return jax.make_array_from_process_local_data(sharding, value.contents, value.shape)
        if value.shape[0] % jax.process_count() == 0 and rows_here(self.by_process, value.shape) == value.rows:
            parts = jax.make_array_from_process_local_data(self.by_process, value.contents, value.shape)
            return self.moved(parts, sharding)
        raise ValueError(
            f"this process has rows {value.rows[0]} to {value.rows[1]} of an array of shape {value.shape}, and is number "
            f"{jax.process_index()} of {jax.process_count()}; the processes have equal parts, in their order"
        )


def rows_here(sharding, shape):
    """The rows, (from, to), of an array with this sharding that the devices of this process have."""
    slices = [index[0].indices(shape[0]) for index in sharding.addressable_devices_indices_map(shape).values()]
    return min(start for start, _, _ in slices), max(stop for _, stop, _ in slices)
