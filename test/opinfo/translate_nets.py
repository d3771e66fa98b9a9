"""PyTorch's functions of nets in chainrule's words: activations, losses, convolutions, pooling, resizing. See translate.py."""

from translate import UNDEFINED, Missing

NAMES = {"output_padding": "outputPadding", "ceil_mode": "ceilMode", "count_include_pad": "countIncludePad", "divisor_override": "divisorOverride",
    "return_indices": "returnIndices", "output_size": "outputSize", "scale_factor": "scaleFactor", "align_corners": "alignCorners",
    "recompute_scale_factor": "recomputeScaleFactor", "padding_mode": "paddingMode", "log_input": "logInput", "pos_weight": "posWeight", "ignore_index":
    "ignoreIndex", "label_smoothing": "labelSmoothing", "zero_infinity": "zeroInfinity"}
# What a call has in PyTorch, in its order, behind the tensors.
CONV = ("stride", "padding", "dilation", "groups")
TRANSPOSED = ("stride", "padding", "output_padding", "groups", "dilation")
AVERAGE = ("stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
MAXIMUM = ("stride", "padding", "dilation", "ceil_mode", "return_indices")
# Left out where they say what is so anyway.
DEFAULTS = {"return_indices": False, "size_average": None, "reduce": None, "inplace": False, "antialias": False, "training": False}


def optioned(count, names=(), renamed=None):
    """`count` tensors or numbers come first; what follows becomes options."""

    def translated(*args, **given):
        options = {**dict(zip(names, args[count:])), **given}
        first = [*args[:count]]
        for name in (renamed or [])[max(0, len(first) - count):]:
            if name in options:
                first.append(options.pop(name))
        chosen = {}
        for name, value in options.items():
            if name in DEFAULTS and value == DEFAULTS[name] or value is None:
                continue
            if name in DEFAULTS:
                raise Missing(name)
            value = value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else list(value) if isinstance(value, (list, tuple)) else value
            chosen[NAMES.get(name, name)] = {"nearest-exact": "nearestExact"}.get(value, value) if isinstance(value, str) else value
        return [*first, *([chosen] if chosen else [])]

    return translated


def convolution(names):
    of = optioned(3, names)
    return lambda x, weight, bias=None, *args, **kw: of(x, weight, bias, *args, **kw)


def window(count, names):
    """A kernel of one size for one dim is a number."""
    of = optioned(count, names)

    def translated(x, *args, **kw):
        args = list(args)
        if "kernel_size" in kw:
            args.insert(count - 2, kw.pop("kernel_size"))
        args = [a[0] if isinstance(a, (list, tuple)) and len(a) == 1 else list(a) if isinstance(a, (list, tuple)) else a for a in args]
        return of(x, *args, **kw)

    return translated


def adaptive(x, size, return_indices=False):
    size = size[0] if isinstance(size, (list, tuple)) and len(size) == 1 else list(size) if isinstance(size, (list, tuple)) else size
    if size is None or isinstance(size, list) and None in size:
        raise Missing("None as a size")
    return [x, size, *([{"returnIndices": True}] if return_indices else [])]


def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False):
    return optioned(1)(x, size=size, scale_factor=scale_factor, mode=mode, align_corners=align_corners, recompute_scale_factor=recompute_scale_factor,
        antialias=antialias)


def poisson(x, y, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
    return [x, y, {"logInput": log_input, "full": full, "eps": eps, "reduction": reduction}]


def plain(*args, inplace=False):
    return [*args]


def numbered(*names):
    """Numbers by their names, in order."""

    def translated(x, *args, inplace=False, **kw):
        given = [*args]
        for name in names[len(args):]:
            if name not in kw:
                break
            given.append(kw.pop(name))
        if kw:
            raise Missing(", ".join(kw))
        return [x, *given]

    return translated


def losses(count):
    return optioned(count, ())


SIMPLE = {"celu": ("alpha",), "elu": ("alpha",), "selu": (), "hardswish": (), "hardsigmoid": (), "mish": (), "softsign": (), "tanhshrink": (), "logsigmoid": (),
    "relu6": (), "threshold": ("threshold", "value"), "softshrink": ("lambd",), "hardshrink": ("lambd",), "hardtanh": ("min_val", "max_val"), "glu": ("dim",),
    "prelu": ("weight",)}
PAIRS = {"soft_margin_loss": "softMarginLoss", "multilabel_margin_loss": "multiLabelMarginLoss", "multilabel_soft_margin_loss": "multiLabelSoftMarginLoss",
    "multi_margin_loss": "multiMarginLoss", "binary_cross_entropy": "binaryCrossEntropy", "smooth_l1_loss": "smoothL1Loss",
    "hinge_embedding_loss": "hingeEmbeddingLoss", "cosine_similarity": "cosineSimilarity", "pairwise_distance": "pairwiseDistance"}
TRIPLES = {"margin_ranking_loss": "marginRankingLoss", "cosine_embedding_loss": "cosineEmbeddingLoss", "triplet_margin_loss": "tripletMarginLoss",
    "gaussian_nll_loss": "gaussianNllLoss"}

NET_CALLS = {
    **{f"nn.functional.{name}": (f"function {name}", numbered(*names)) for name, names in SIMPLE.items()},
    **{f"nn.functional.{name}": (f"function {ours}", losses(2)) for name, ours in PAIRS.items()},
    **{f"nn.functional.{name}": (f"function {ours}", losses(3)) for name, ours in TRIPLES.items()},
    "nn.functional.poisson_nll_loss": ("function poissonNllLoss", poisson),
    "nn.functional.softmin": ("function softmin", lambda x, dim=None, dtype=None: [x, dim] if dtype is None and dim is not None else [x, UNDEFINED]),
    "nn.functional.bilinear": ("function bilinear", plain),
    **{f"nn.functional.conv{n}d": (f"function conv{n}d", convolution(CONV)) for n in (1, 3)},
    **{f"nn.functional.conv_transpose{n}d": (f"function convTranspose{n}d", convolution(TRANSPOSED)) for n in (1, 2, 3)},
    **{f"nn.functional.avg_pool{n}d": (f"function avgPool{n}d", window(2, AVERAGE)) for n in (1, 3)},
    **{f"nn.functional.max_pool{n}d": (f"function maxPool{n}d", window(2, MAXIMUM)) for n in (1, 3)},
    **{f"nn.functional.adaptive_avg_pool{n}d": (f"function adaptiveAvgPool{n}d", adaptive) for n in (1, 3)},
    **{f"nn.functional.adaptive_max_pool{n}d": (f"function adaptiveMaxPool{n}d", adaptive) for n in (1, 2, 3)},
    "nn.functional.interpolate": ("function interpolate", interpolate),
    "nn.functional.grid_sample": ("function gridSample", optioned(2, ("mode", "padding_mode", "align_corners"))),
    "nn.functional.unfold": ("function unfold", window(2, ("dilation", "padding", "stride"))),
    "nn.functional.pixel_shuffle": ("function pixelShuffle", plain), "nn.functional.pixel_unshuffle": ("function pixelUnshuffle", plain),
    "nn.functional.channel_shuffle": ("function channelShuffle", lambda x, groups: [x, groups]),
}
