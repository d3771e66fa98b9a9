// Products in the plainest way: one thread computes one sum, term by term. Products that are too small for tiles run like this, and tiles are
// tested against it.
import type { Convolution, Matmul } from "../../../compiler/kernel.ts";
import type { Block } from "../../../loops/block.ts";
import { add, and, constant, div, eq, load, ltUnsigned, mul, rem, sub } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import type { GpuCut, GpuLimits } from "../dispatch.ts";
import { eachItem } from "../items.ts";
import { Operands, type SiteNumber } from "../operands.ts";
import { placeOf } from "../points.ts";
import { addEpilogue, declareWritten } from "./epilogue.ts";

/** A matrix product: a thread has an element of it. */
export function plainMatmul({ name, axes, a, b, epilogue }: Matmul, gpu: GpuLimits, site: SiteNumber): GpuCut {
  const operands = new Operands(site);
  declareWritten(epilogue, operands);
  const last = axes.length - 1;
  const outputs = axes.slice(0, last).map(({ size }) => size);
  const dispatches = eachItem(name, outputs, gpu, operands, (block, indices) => {
    const sum = block.let("sum", constant("f32", 0));
    block.range("k", 0, axes[last].size, (loop, k) => {
      const all = new Map([...indices, [last, k]]);
      const product = mul(
        load(operands.buffer(a.buffer), placeOf(a, all)),
        load(operands.buffer(b.buffer), placeOf(b, all)),
      );
      loop.set(sum, add(sum, product));
    });
    addEpilogue(block, epilogue, sum, indices, operands);
  });
  return { dispatches, scratch: [] };
}

/** A convolution: a thread has an element of it. */
export function plainConvolution(kernel: Convolution, gpu: GpuLimits, site: SiteNumber): GpuCut {
  const { name, axes, x, w, channels, kernel: taps, epilogue } = kernel;
  const operands = new Operands(site);
  declareWritten(epilogue, operands);
  const outputs = axes.map(({ size }) => size);
  const dispatches = eachItem(name, outputs, gpu, operands, (block, indices) => {
    const [image, group, output, row, column] = [0, 1, 2, 3, 4].map((axis) => indices.get(axis) ?? constant("i32", 0));
    const sum = block.let("sum", constant("f32", 0));
    block.range("i", 0, taps[0], (rows, i) =>
      within(rows, kernel, 0, row, i, (inRow, r) =>
        inRow.range("j", 0, taps[1], (columns, j) =>
          within(columns, kernel, 1, column, j, (inside, c) =>
            inside.range("channel", 0, channels, (loop, channel) => {
              const own = placeOf(x, numbered(image, group, channel, r, c));
              const weight = placeOf(w, numbered(group, output, channel, i, j));
              const product = mul(load(operands.buffer(x.buffer), own), load(operands.buffer(w.buffer), weight));
              loop.set(sum, add(sum, product));
            }),
          ),
        ),
      ),
    );
    addEpilogue(block, epilogue, sum, indices, operands);
  });
  return { dispatches, scratch: [] };
}

const numbered = (...indices: readonly Expression[]): ReadonlyMap<number, Expression> => new Map(indices.entries());

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
