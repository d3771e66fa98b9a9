"""Runs steps that chainrule wrote as StableHLO, by XLA through JAX, on the devices of one or many processes."""

__version__ = "0.1.0"
__all__ = ["Step", "load_step"]


def __getattr__(name):
    # The runner starts without safetensors, which only programs in Python need.
    if name in __all__:
        from . import step

        return getattr(step, name)
    raise AttributeError(f"chainrule_xla has no {name}")
