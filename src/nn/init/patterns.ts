// Initialisers that fill particular places of a weight, and the truncated normal distribution; under the names of torch.nn.init.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { full, tensor, eye as unitMatrix } from "../../tensor/create.ts";
import { describe } from "../../tensor/dtype.ts";
import { erfinv } from "../../tensor/elementary/error-functions.ts";
import { noGrad } from "../../tensor/mode.ts";
import { rand, randn } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const fill = (x: Tensor, values: () => Tensor): Tensor => noGrad(() => x.assign(values().to(x.dtype)));

/** Throws unless x is a matrix. */
function checkMatrix(call: string, x: Tensor): void {
  checkTensor(call, "x", x);
  if (x.ndim !== 2) throw new ChainruleError("shape", call, `x is a matrix, not ${describe(x)}`);
}

/**
 * Fills x from the normal distribution with this mean and this standard deviation, of which only the numbers from a to b are drawn: by
 * mean + std · √2 · erfinv(2p - 1), where p is uniform between the distribution function at a and at b.
 */
export function truncNormal(x: Tensor, mean = 0, std = 1, a = -2, b = 2): Tensor {
  takes("init.truncNormal", arguments.length, 5);
  checkTensor("init.truncNormal", "x", x);
  checkNumber("init.truncNormal", "mean", mean);
  checkNumber("init.truncNormal", "std", std, { above: 0 });
  checkNumber("init.truncNormal", "a", a, { from: -Infinity });
  checkNumber("init.truncNormal", "b", b, { from: a, to: Infinity });
  return fill(x, () => {
    const edges = tensor(Float64Array.from([a, b], (edge) => (edge - mean) / (std * Math.SQRT2))).erf();
    const [low, high] = edges.data;
    const place = rand(x.shape, { dtype: "float64" })
      .mul(high - low)
      .add(low);
    return erfinv(place)
      .mul(std * Math.SQRT2)
      .add(mean)
      .clamp(a, b);
  });
}

/** Fills a matrix with 1 on its diagonal and 0 elsewhere, so that a layer passes on as many of its inputs as it can. */
export function eye(x: Tensor): Tensor {
  takes("init.eye", arguments.length, 1);
  checkMatrix("init.eye", x);
  return fill(x, () => unitMatrix(x.shape[0], x.shape[1], { dtype: "float64" }));
}

/**
 * Fills the weight of a convolution, [out, in, ...window] of 3 to 5 dims, so that it passes on as many of its input channels as it can: 1 in the middle
 * of the window where output channel o of a group reads input channel o, and 0 elsewhere. Throws if groups does not divide the output channels.
 */
export function dirac(x: Tensor, groups = 1): Tensor {
  takes("init.dirac", arguments.length, 2);
  checkTensor("init.dirac", "x", x);
  checkWhole("init.dirac", "groups", groups, { from: 1 });
  if (x.ndim < 3 || x.ndim > 5)
    throw new ChainruleError("shape", "init.dirac", `x is [out, in, ...window] of 3 to 5 dims, not ${describe(x)}`);
  if (x.shape[0] % groups !== 0)
    throw new ChainruleError("option", "init.dirac", `${groups} groups do not divide ${x.shape[0]} output channels`);
  return fill(x, () => {
    const [outputs, inputs, ...window] = x.shape;
    const perGroup = outputs / groups;
    const area = window.reduce((product, n) => product * n, 1);
    const middle = window.reduce((place, n) => place * n + Math.floor(n / 2), 0);
    const data = new Float64Array(x.size);
    for (let o = 0; o < outputs; o++) {
      const input = o % perGroup;
      if (input < inputs) data[(o * inputs + input) * area + middle] = 1;
    }
    return tensor(data, { shape: x.shape });
  });
}

/**
 * Fills a matrix from the normal distribution, but for ⌈sparsity · rows⌉ random places of each column, which are 0 (Martens 2010). The sparsity is from 0
 * to 1.
 */
export function sparse(x: Tensor, sparsity: number, std = 0.01): Tensor {
  takes("init.sparse", arguments.length, 3);
  checkMatrix("init.sparse", x);
  checkNumber("init.sparse", "sparsity", sparsity, { from: 0, to: 1 });
  checkNumber("init.sparse", "std", std, { from: 0 });
  return fill(x, () => {
    const [rows, columns] = x.shape;
    const zeros = Math.ceil(sparsity * rows);
    const values = randn([rows, columns]).mul(std);
    if (zeros === 0) return values;
    // The places of the largest of as many random numbers are random places.
    const places = rand([columns, rows]).topk(zeros, 1).indices;
    const marks = full([columns, rows], 0).scatterAdd(1, places, full([columns, zeros], 1));
    return values.where(marks.transpose().eq(0), 0);
  });
}
