"""StableHLO text as a function of JAX arrays.

`jax.export` describes a function by an Exported: its signature and its module. One is made for a function of the same signature, and the
text takes the place of its module. `jax.jit` of its `call` then compiles the text like any function of JAX: XLA divides it by the
shardings of the arguments, and puts in the all-reduces.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jax import export
from jax.extend.mlir import serialize_portable_artifact

# The version of StableHLO in which the module is handed to JAX: the oldest that has all ops that chainrule writes.
_stablehlo_version = "1.9.0"

_dtypes = {"float32": "float32", "float64": "float64", "int32": "int32", "uint8": "uint8", "bool": "bool"}


def dtype_of(name):
    """The dtype of JAX for a dtype of chainrule."""
    return jnp.dtype(_dtypes[name])


def _spec(entry):
    return jax.ShapeDtypeStruct(tuple(entry["shape"]), dtype_of(entry["dtype"]))


def exported(text, manifest):
    """The module as an Exported, with the arguments and results of the manifest."""
    results = [_spec(entry) for entry in manifest["results"]]
    template = jax.jit(lambda *_: tuple(jnp.zeros(spec.shape, spec.dtype) for spec in results), keep_unused=True)
    arguments = [_spec(entry) for entry in manifest["arguments"]]
    like = export.export(template, platforms=[jax.default_backend()])(*arguments)
    return dataclasses.replace(like, mlir_module_serialized=serialize_portable_artifact(text, _stablehlo_version))
