// Products without tiles: a thread computes a sum term by term, or threads share it. So run products with few rows or columns, such as those
// of single vectors and of depthwise convolutions, and tiles are tested against it.
import type { Convolution, Epilogue, Matmul } from "../../../compiler/kernel.ts";
import type { Block } from "../../../loops/block.ts";
import { add, and, constant, div, eq, load, ltUnsigned, mul, rem, sub } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import type { GpuCut, GpuLimits } from "../dispatch.ts";
import { digitsOf } from "../items.ts";
import { type NestLimits, nestLimits, planSums } from "../nest/plan.ts";
import { cutSums, type Summed } from "../nest/sums.ts";
import { sumOfFloats } from "../nest/totals.ts";
import type { Operands, SiteNumber } from "../operands.ts";
import { type Indices, placeOf } from "../points.ts";
import { addEpilogue, declareWritten } from "./epilogue.ts";
import { termOf, termsOf } from "./patches.ts";

/** A product as sums. */
interface PlainProduct {
  readonly name: string;
  /** Sizes of the axes that are not reduced; the last varies from thread to thread. */
  readonly outputs: readonly number[];
  /** Terms of a sum, and whether they are neighbours in memory. */
  readonly length: number;
  readonly along: boolean;
  readonly epilogue: Epilogue;
  /** Adds all terms to a sum. */
  all(block: Block, indices: Indices, sum: Variable, operands: Operands): void;
  /** Adds the term of this number. */
  one(block: Block, indices: Indices, sum: Variable, term: Expression, operands: Operands): void;
}

function cutPlain(product: PlainProduct, gpu: GpuLimits, site: SiteNumber, limits: NestLimits): GpuCut {
  const { name, outputs, length, along } = product;
  const points = outputs.reduce((all, size) => all * size, 1);
  const sums = {
    name,
    points,
    length,
    indices: (block: Block, point: Expression): Indices => new Map(digitsOf(block, point, outputs).entries()),
    terms: (operands: Operands) => termsIn(product, operands),
  };
  return cutSums(sums, planSums({ points, length, along, words: 1 }, limits, gpu), gpu, site);
}

function termsIn(product: PlainProduct, operands: Operands): Summed {
  const { epilogue } = product;
  const start = (block: Block) => block.let("sum", constant("f32", 0));
  const finish = (block: Block, sum: Variable, indices: Indices) => {
    declareWritten(epilogue, operands);
    addEpilogue(block, epilogue, sum, indices, operands);
  };
  return {
    kinds: [sumOfFloats],
    point(block, indices) {
      const sum = start(block);
      product.all(block, indices, sum, operands);
      finish(block, sum, indices);
    },
    share(block, indices, { from, to, step }, then) {
      const sum = start(block);
      block.range("term", from, to, (loop, term) => product.one(loop, indices, sum, term, operands), step);
      then([[sum]], (inner) => finish(inner, sum, indices));
    },
    combined(block, indices, combine) {
      const sum = start(block);
      combine([[sum]]);
      finish(block, sum, indices);
    },
  };
}

/** A matrix product. */
export function plainMatmul(kernel: Matmul, gpu: GpuLimits, site: SiteNumber, limits: NestLimits = nestLimits): GpuCut {
  const { name, axes, a, b, epilogue } = kernel;
  const last = axes.length - 1;
  const outputs = axes.slice(0, last).map(({ size }) => size);
  const [m, n] = outputs.slice(-2);
  const product: PlainProduct = {
    name,
    outputs,
    length: axes[last].size,
    along: (m < n ? b : a).strides[last] === 1,
    epilogue,
    all: (block, indices, sum, operands) =>
      block.range("k", 0, axes[last].size, (loop, k) => product.one(loop, indices, sum, k, operands)),
    one(block, indices, sum, k, operands) {
      const all = new Map([...indices, [last, k]]);
      const [x, y] = [a, b].map((access) => load(operands.buffer(access.buffer), placeOf(access, all)));
      block.set(sum, add(sum, mul(x, y)));
    },
  };
  return cutPlain(product, gpu, site, limits);
}

/** A convolution. */
export function plainConvolution(
  kernel: Convolution,
  gpu: GpuLimits,
  site: SiteNumber,
  limits: NestLimits = nestLimits,
): GpuCut {
  const { name, axes, x, w, channels, kernel: taps, epilogue } = kernel;
  /** Adds the product at a tap of the kernel, if there is an element of x. */
  const addProduct = (
    block: Block,
    indices: Indices,
    sum: Variable,
    [channel, i, j]: readonly Expression[],
    operands: Operands,
  ): void => {
    const [image, group, output, row, column] = positionIn(indices);
    within(block, kernel, 0, row, i, (inRow, r) =>
      within(inRow, kernel, 1, column, j, (inside, c) => {
        const own = load(operands.buffer(x.buffer), placeOf(x, numbered(image, group, channel, r, c)));
        const weight = load(operands.buffer(w.buffer), placeOf(w, numbered(group, output, channel, i, j)));
        inside.set(sum, add(sum, mul(own, weight)));
      }),
    );
  };
  const product: PlainProduct = {
    name,
    outputs: axes.map(({ size }) => size),
    length: termsOf(kernel),
    along: true,
    epilogue,
    all: (block, indices, sum, operands) =>
      block.range("channel", 0, channels, (each, channel) =>
        each.range("i", 0, taps[0], (rows, i) =>
          rows.range("j", 0, taps[1], (loop, j) => addProduct(loop, indices, sum, [channel, i, j], operands)),
        ),
      ),
    one(block, indices, sum, term, operands) {
      const { channel, row, column } = termOf(block, kernel, ["channel", "row", "column"], term);
      addProduct(block, indices, sum, [channel, row, column], operands);
    },
  };
  return cutPlain(product, gpu, site, limits);
}

const positionIn = (indices: Indices): Expression[] =>
  [0, 1, 2, 3, 4].map((axis) => indices.get(axis) ?? constant("i32", 0));

const numbered = (...indices: readonly Expression[]): Indices => new Map(indices.entries());

/** Adds statements for the place of x at a position and a tap of the kernel, along rows (0) or columns (1), if there is an element. */
function within(
  block: Block,
  { size, stride, padding, inputDilation, kernelDilation }: Convolution,
  along: 0 | 1,
  position: Expression,
  tap: Expression,
  write: (inner: Block, place: Expression) => void,
): void {
  const spread = block.let(
    "spread",
    sub(add(mul(position, stride[along]), mul(tap, kernelDilation[along])), padding[along]),
  );
  const dilation = inputDilation[along];
  // Below 0, a number without a sign is larger than every size.
  const inside = ltUnsigned(spread, (size[along] - 1) * dilation + 1);
  const isElement = dilation === 1 ? inside : and(inside, eq(rem(spread, dilation), 0));
  block.if(isElement, (inner) => write(inner, inner.named("place", div(spread, dilation))));
}
