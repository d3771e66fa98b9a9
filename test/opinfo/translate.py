"""PyTorch's calls in chainrule's words: for each name of OpInfo, the call here and what its arguments become.

A translation returns the arguments, or raises Missing with the reason why there is no such call here.
"""

import torch


class Missing(Exception):
    """What a sample asks for that chainrule does not have."""


def options(**given):
    """The options that are given, as the last argument; none if there are none."""
    left = {key: value for key, value in given.items() if value is not None}
    return [left] if left else []


def plain(*args):
    return list(args)


def no_dtype(of):
    def translated(*args, dtype=None, out=None, **others):
        if dtype is not None:
            raise Missing("dtype")
        return of(*args, **others)

    return translated


def numbers_last(x, *args):
    """Numbers stand on the right alone."""
    if not isinstance(x, torch.Tensor):
        raise Missing("a number on the left")
    return [x, *args]


def dims_of(x, dim=None, keepdim=False):
    dim = list(dim) if isinstance(dim, (tuple, list)) else dim
    if dim == []:
        dim = None
    return [x, UNDEFINED if dim is None else dim, keepdim]


UNDEFINED = object()


def norm(x, p="fro", dim=None, keepdim=False):
    if p == "nuc":
        raise Missing("the nuclear norm")
    dims = list(dim) if isinstance(dim, (tuple, list)) else dim
    if p == "fro" and dims is not None and not isinstance(dims, int) and len(dims) == 0:
        dims = None
    return [x, 2 if p is None else p, UNDEFINED if dims is None else dims, keepdim]


def vector_norm(x, ord=2, dim=None, keepdim=False):
    return norm(x, ord, None if dim == () else dim, keepdim)


def item(index):
    if index is None:
        raise Missing("None, which inserts a dim")
    if index is Ellipsis:
        return "..."
    if isinstance(index, slice):
        return None if index == slice(None) else [index.start, index.stop, index.step]
    if isinstance(index, bool):
        raise Missing("true or false as an index")
    if isinstance(index, (list, tuple)):
        return torch.tensor(index)
    return index


def get_item(x, index):
    return [x, *[item(one) for one in (index if isinstance(index, tuple) else (index,))]]


def index_put(x, indices, values, accumulate=False):
    return [x, [item(one) for one in indices], values, *([{"accumulate": True}] if accumulate else [])]


def pad(x, widths, mode="constant", value=None):
    pairs = [[widths[i], widths[i + 1]] for i in range(0, len(widths), 2)][::-1]
    whole = [[0, 0]] * (x.ndim - len(pairs)) + pairs
    return [x, whole, {"mode": mode, **({} if value is None else {"value": value})}]


def scatter(x, dim, index, source=None, value=None, reduce=None):
    if reduce is not None:
        raise Missing("reduce, which scatterReduce has")
    return [x, dim, index, value if source is None else source]


def searchsorted(sequence, values, out_int32=False, right=False, side=None, sorter=None):
    return [sequence, values, *options(right=True if right or side == "right" else None, sorter=sorter)]


def quantile(x, q, dim=None, keepdim=False, interpolation="linear"):
    return [x, q if isinstance(q, float) or q.ndim < 2 else raising("q of two dims"), dim, {"keepdim": keepdim, "interpolation": interpolation}]


def raising(reason):
    raise Missing(reason)


def sort(x, dim=-1, descending=False, stable=True):
    return [x, dim, {"descending": descending}]


def bincount(x, weights=None, minlength=0):
    return [x, *options(weights=weights, minlength=minlength or None)]


def tensordot(a, b, dims=2):
    if isinstance(dims, torch.Tensor):
        raise Missing("dims as a tensor")
    return [a, b, [list(one) for one in dims] if isinstance(dims, (list, tuple)) else dims]


def repeat(x, *times):
    return [x, list(times[0]) if len(times) == 1 and isinstance(times[0], (tuple, list, torch.Size)) else list(times)]


def along(x, dim=None, keepdim=False):
    return [x, UNDEFINED if dim is None else dim, keepdim]


def svd(x, full_matrices=True):
    if full_matrices and x.shape[-1] != x.shape[-2] and x.numel() > 0:
        raise Missing("a basis that is completed, which is arbitrary")
    return [x, {"fullMatrices": full_matrices}]


def listed(dims):
    return list(dims) if isinstance(dims, (tuple, list)) else dims


UNARY = "tan asin acos atan sinh cosh asinh acosh atanh log2 log10 exp2 erfc erfinv trunc frac lgamma digamma isinf".split()

# name: (call here, translation)
CALLS = {
    **{name: (name, plain) for name in UNARY},
    **{name: (name, numbers_last) for name in ["atan2", "fmod", "remainder", "logaddexp", "xlogy", "lerp", "outer", "kron", "bincount"]},
    "nonzero": ("nonzero", lambda x, as_tuple=False: [x] if not as_tuple else raising("as_tuple")),
    "floor_divide": ("floorDivide", numbers_last), "logical_xor": ("logicalXor", plain),
    "bitwise_and": ("bitwiseAnd", numbers_last), "bitwise_or": ("bitwiseOr", numbers_last), "bitwise_xor": ("bitwiseXor", numbers_last),
    "bitwise_not": ("bitwiseNot", plain), "bitwise_left_shift": ("bitwiseLeftShift", numbers_last),
    "bitwise_right_shift": ("bitwiseRightShift", numbers_last),
    "addcmul": ("addcmul", lambda x, a, b, value=None: [x, a, b, *options(value=value)]),
    "addcdiv": ("addcdiv", lambda x, a, b, value=None: [x, a, b, *options(value=value)]),
    "isclose": ("isclose", lambda a, b, rtol=None, atol=None, equal_nan=None: [a, b, *options(rtol=rtol, atol=atol, equalNan=equal_nan)]),
    "nan_to_num": ("nanToNum", lambda x, nan=None, posinf=None, neginf=None: [x, *options(nan=nan, posinf=posinf, neginf=neginf)]),
    "addmm": ("addmm", lambda x, a, b, beta=None, alpha=None: [x, a, b, *options(beta=beta, alpha=alpha)]),
    "baddbmm": ("baddbmm", lambda x, a, b, beta=None, alpha=None: [x, a, b, *options(beta=beta, alpha=alpha)]),
    "linalg.det": ("det", plain), "linalg.slogdet": ("slogdet", plain), "linalg.inv": ("inverse", plain),
    "linalg.solve": ("solve", lambda a, b, left=True: [a, b] if left else raising("left=False")),
    "linalg.solve_triangular": ("solveTriangular", lambda a, b, upper, left=True, unitriangular=False: [a, b, {"upper": upper, "left": left, "unitriangular": unitriangular}]),
    "linalg.cholesky": ("cholesky", lambda x, upper=False: [x, {"upper": upper}]), "linalg.eigh": ("eigh", lambda x, UPLO="L": [x] if UPLO == "L" else raising("UPLO")),
    "linalg.svd": ("svd", svd),
    "linalg.qr": ("qr", lambda x, mode="reduced": [x, {"mode": mode}] if mode != "r" else raising("mode r")),
    "tensordot": ("tensordot", tensordot), "einsum": ("einsum", lambda xs, equation: [equation, *xs]),
    "cdist": ("cdist", lambda a, b, p=2.0, compute_mode=None: [a, b, p]),
    "nansum": ("nansum", no_dtype(dims_of)), "nanmean": ("nanmean", no_dtype(dims_of)),
    "count_nonzero": ("countNonzero", lambda x, dim=None: [x, *([] if dim is None else [listed(dim)])]),
    "aminmax": ("aminmax", along), "norm": ("norm", no_dtype(norm)), "linalg.vector_norm": ("norm", no_dtype(vector_norm)),
    "repeat": ("repeat", repeat), "tile": ("tile", repeat),
    "roll": ("roll", lambda x, shifts, dims=None: [x, listed(shifts), UNDEFINED if dims in (None, (), []) else listed(dims)]),
    "unbind": ("unbind", lambda x, dim=0: [x, dim]), "movedim": ("movedim", lambda x, a, b: [x, listed(a), listed(b)]),
    "unflatten": ("unflatten", lambda x, dim, sizes: [x, dim, listed(sizes)]),
    "diagonal": ("diagonal", lambda x, offset=0, dim1=0, dim2=1: [x, offset, dim1, dim2]), "diag": ("diag", lambda x, diagonal=0: [x, diagonal]),
    "meshgrid": ("meshgrid", lambda x, *others, indexing="ij": [list(x) if isinstance(x, (list, tuple)) else [x, *others], {"indexing": indexing}]),
    "hstack": ("hstack", lambda xs: [list(xs)]), "vstack": ("vstack", lambda xs: [list(xs)]), "nn.functional.pad": ("function pad", pad),
    "__getitem__": ("index", get_item), "index_put": ("indexPut", index_put), "masked_select": ("maskedSelect", plain),
    "take_along_dim": ("takeAlongDim", lambda x, index, dim=None: [x, index, UNDEFINED if dim is None else dim]), "scatter": ("scatter", scatter),
    "scatter_reduce": ("scatterReduce", lambda x, dim, index, source, reduce, include_self=True: [x, dim, index, source, reduce, {"includeSelf": include_self}]),
    "index_add": ("indexAdd", lambda x, dim, index, source, alpha=None: [x, dim, index, source, *options(alpha=alpha)]),
    "searchsorted": ("searchsorted", searchsorted),
    "bucketize": ("bucketize", lambda x, boundaries, out_int32=False, right=False: [x, boundaries, *options(right=right or None)]),
    "sort": ("sort", sort), "argsort": ("argsort", sort), "median": ("median", lambda x, *args, **kw: along(x, *args, **kw)[: 1 if not args and not kw else 3]),
    "mode": ("mode", lambda x, dim=-1, keepdim=False: [x, dim, keepdim]), "quantile": ("quantile", quantile),
    "histc": ("histc", lambda x, bins=100, min=0, max=0: [x, bins, {"min": min, "max": max}]), "bincount": ("bincount", bincount),
    "cumprod": ("cumprod", no_dtype(lambda x, dim: [x, dim])), "cummax": ("cummax", plain), "cummin": ("cummin", plain),
    "logcumsumexp": ("logcumsumexp", plain),
}
