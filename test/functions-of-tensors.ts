// The functions of tensors that are no methods, and how each is called with options; null: it has none. test/plain-javascript.test.ts holds
// them to their argument lists.
import * as chainrule from "chainrule";
import { ones, zeros } from "chainrule";

type Call = (...args: unknown[]) => unknown;
const C = chainrule as unknown as Record<string, Call>;
const x = ones([2, 3]);

const withOptions: Record<string, (options: object) => unknown> = {
  addcdiv: (o) => C.addcdiv(x, x, x, o),
  addcmul: (o) => C.addcmul(x, x, x, o),
  addmm: (o) => C.addmm(x, ones([2, 2]), x, o),
  baddbmm: (o) => C.baddbmm(x, ones([1, 2, 2]), ones([1, 2, 3]), o),
  argsort: (o) => C.argsort(x, 0, o),
  bincount: (o) => C.bincount(zeros([2], { dtype: "int32" }), o),
  bucketize: (o) => C.bucketize(x, ones([2]), o),
  histc: (o) => C.histc(x, 3, o),
  indexAdd: (o) => C.indexAdd(x, 0, zeros([2], { dtype: "int32" }), x, o),
  indexPut: (o) => C.indexPut(x, [0], 1, o),
  quantile: (o) => C.quantile(x, 0.5, 0, o),
  scatterReduce: (o) => C.scatterReduce(x, 0, zeros([2, 3], { dtype: "int32" }), x, "sum", o),
  searchsorted: (o) => C.searchsorted(ones([2]), x, o),
  sort: (o) => C.sort(x, 0, o),
  cholesky: (o) => C.cholesky(ones([1, 1]), o),
  isclose: (o) => C.isclose(x, x, o),
  meshgrid: (o) => C.meshgrid([ones([2])], o),
  nanToNum: (o) => C.nanToNum(x, o),
  pad: (o) =>
    C.pad(
      x,
      [
        [0, 0],
        [0, 0],
      ],
      o,
    ),
  qr: (o) => C.qr(x, o),
  solveTriangular: (o) => C.solveTriangular(ones([1, 1]), ones([1, 1]), { upper: true, ...o }),
  svd: (o) => C.svd(x, o),
};

const without = [
  "det eigh inverse slogdet solve",
  "acos acosh aminmax asin asinh atan atan2 atanh bitwiseAnd",
  "bitwiseLeftShift bitwiseNot bitwiseOr bitwiseRightShift bitwiseXor cdist cosh countNonzero diag",
  "diagonal digamma erfc erfinv exp2 floorDivide fmod frac hstack",
  "isinf kron lerp lgamma log10 log2 logaddexp logicalXor movedim",
  "nanmean nansum norm outer remainder repeat roll sinh tan",
  "tensordot tile trunc unbind unflatten vstack xlogy",
  "cummax cummin cumprod logcumsumexp maskedSelect median mode nonzero scatter takeAlongDim",
].join(" ");

export const functionsOfTensors: Record<string, ((options: object) => unknown) | null> = {
  ...withOptions,
  ...Object.fromEntries(without.split(" ").map((name) => [name, null])),
};
