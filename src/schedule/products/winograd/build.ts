// Convolutions of 3×3 by Winograd's minimal filtering F(2×2, 3×3): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A for tiles of 2×2 positions, each of which
// reads 4×4 elements of the image. Summed over channels, ⊙ is 16 matrix products, [outputs × channels] · [channels × tiles]: 16
// multiplications for four positions, where the definition has 36. Neighbouring tiles of a row are the lanes of a vector
// (transforms.ts). A panel of eight tiles is multiplied for all outputs before the next panel, so that its sums stay in the first-level
// cache.
import type { Block } from "../../../loops/block.ts";
import { add, constant, div, le, lt, min, mul, ne, register, rem, set, store, sub } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { addPad } from "../convolution/pad.ts";
import { pitch } from "../convolution/padding.ts";
import { type ConvolutionProblem, elementAt } from "../convolution/problem.ts";
import type { ConvolutionSpec } from "../convolution/spec.ts";
import { addPart } from "../part.ts";
import { addProducts, eachVector, type Operand } from "../tile.ts";
import { addOutputs, type PanelPlace, placeOfVector } from "./outputs.ts";
import { elements, panelTiles, sumsStep, tileOutputs, type WinogradPlan } from "./plan.ts";
import { addImageTransform, addKernelTransform } from "./transforms.ts";

/** Adds the loops that compute the units [from, to) of y. */
export function addWinograd(
  block: Block,
  problem: ConvolutionProblem,
  plan: WinogradPlan,
  from: Variable,
  to: Variable,
): void {
  const unitsOfGroup = Math.ceil(plan.blocks / plan.blocksOfUnit);
  const transformed = block.let("transformed", constant("i32", -1));
  block.range("unit", from, to, (inner, unit) => {
    const group = inner.let("group", div(unit, unitsOfGroup));
    // The kernel is transformed once for all units of a call that have the same group.
    inner.if(ne(group, transformed), (inside) => {
      addKernels(inside, problem, plan, group);
      inside.add(set(transformed, group));
    });
    const first = inner.let("first", mul(rem(unit, unitsOfGroup), plan.blocksOfUnit));
    const last = inner.let("last", min(add(first, plan.blocksOfUnit), plan.blocks));
    inner.range("b", first, last, (inside, b) => addBlock(inside, problem, plan, group, b));
  });
}

/** Adds a body for four outputs at a time, and for the remaining ones. */
function eachTile(
  block: Block,
  { outputs }: ConvolutionSpec,
  body: (inner: Block, first: Expression, count: number) => void,
): void {
  const left = outputs % tileOutputs;
  if (outputs >= tileOutputs)
    block.range("output", 0, outputs - left, (inner, first) => body(inner, first, tileOutputs), tileOutputs);
  if (left > 0) body(block, constant("i32", outputs - left), left);
}

/** The transformed kernels of the outputs from `first` on. */
const kernelsOf = ({ scratch }: ConvolutionProblem, { kernelStep }: WinogradPlan, first: Expression): Operand => ({
  memory: scratch,
  first: mul(first, (elements / tileOutputs) * kernelStep),
});

/** Transforms the kernels of a group. */
function addKernels(block: Block, problem: ConvolutionProblem, plan: WinogradPlan, group: Expression): void {
  const { spec, w } = problem;
  eachTile(block, spec, (inner, output, count) => {
    const kernel = { ...w, first: elementAt(w.first, spec.w, { group, output }) };
    addPart(inner, `kernel${count}`, [kernel, kernelsOf(problem, plan, output)], (inside, [from, to]) =>
      addKernelTransform(inside, spec, plan, count, from, to),
    );
  });
}

/** Adds the loops over a block: several rows of tiles of one image. */
function addBlock(
  block: Block,
  problem: ConvolutionProblem,
  plan: WinogradPlan,
  group: Expression,
  index: Variable,
): void {
  const { spec, x, scratch } = problem;
  const image = block.let("image", div(index, plan.blocksOfImage));
  const top = block.let("top", mul(rem(index, plan.blocksOfImage), plan.rows));
  const rows = block.let("rows", min(sub(plan.tileRows, top), plan.rows));
  block.range("channel", 0, spec.channels, (inner, channel) => {
    const plane = { ...x, first: elementAt(x.first, spec.x, { image, group, channel }) };
    const padded = { memory: scratch, first: add(mul(channel, plan.plane), plan.padded) };
    const read = { first: sub(mul(top, 2), spec.padding[0]), count: add(mul(rows, 2), 2) };
    addPad(inner, plan.padding, plane, padded, read);
  });
  const count = block.let("count", mul(rows, plan.across));
  block.range(
    "vector",
    0,
    count,
    (inner, vector) => {
      addHalf(inner, problem, plan, vector, 0);
      // Without a second vector, the second half of the panel keeps old values, and its sums are not read.
      const second = inner.let("second", add(vector, 1));
      const isWhole = inner.let("isWhole", lt(second, count));
      inner.if(isWhole, (inside) => addHalf(inside, problem, plan, second, panelTiles / 2));
      const panel = { image, group, top, vector, halves: inner.let("halves", add(isWhole, 1)) };
      inner.outline("products", (own) => addPanel(own, problem, plan, panel));
    },
    2,
  );
}

/** Transforms a vector of tiles of the image into half a panel. */
function addHalf(
  block: Block,
  { spec, scratch }: ConvolutionProblem,
  plan: WinogradPlan,
  vector: Expression,
  half: number,
): void {
  const { row, column } = placeOfVector(plan, vector);
  const padded = { memory: scratch, first: add(add(mul(row, pitch(plan.padding)), column), plan.padded) };
  const image = { memory: scratch, first: constant("i32", plan.image + half) };
  addPart(block, "image", [padded, image], (inner, [from, to]) => addImageTransform(inner, spec, plan, from, to));
}

/** Multiplies a panel by the kernels of all outputs, four at a time, and finishes the results. */
function addPanel(block: Block, problem: ConvolutionProblem, plan: WinogradPlan, panel: PanelPlace): void {
  const { outputs } = problem.spec;
  const left = outputs % tileOutputs;
  const sums = { memory: problem.scratch, first: constant("i32", plan.sums) };
  block.range(
    "output",
    0,
    outputs,
    (inner, first) => {
      const products = (count: number) => (inside: Block) => addTile(inside, problem, plan, first, count);
      if (left === 0) products(tileOutputs)(inner);
      else if (outputs < tileOutputs) products(left)(inner);
      else inner.if(le(first, outputs - tileOutputs), products(tileOutputs), products(left));
      const count = inner.let("count", min(sub(outputs, first), tileOutputs));
      inner.outline("outputs", (own) => addOutputs(own, problem, plan, { sums, first, count, panel }));
    },
    tileOutputs,
  );
}

/** Multiplies a panel by the kernels of `count` outputs; the sums of each element go to scratch. */
function addTile(
  block: Block,
  problem: ConvolutionProblem,
  plan: WinogradPlan,
  first: Expression,
  count: number,
): void {
  const { spec, scratch } = problem;
  const kernels = kernelsOf(problem, plan, first);
  block.range("element", 0, elements, (inner, element) => {
    const acc = inner.registers("acc", "f32x4", [count, 2], constant("f32x4", 0));
    addProducts(
      inner,
      {
        a: { ...kernels, first: add(kernels.first, mul(element, plan.kernelStep)) },
        b: { memory: scratch, first: add(mul(element, plan.imageStep), plan.image) },
        rows: Array.from({ length: count }, (_, i) => i),
        vectors: 2,
        sum: [{ name: "channel", count: spec.channels, a: tileOutputs, b: panelTiles }],
        relaxed: spec.relaxed,
      },
      acc,
    );
    eachVector(inner, { rows: count, columns: panelTiles }, (inside, o, half) => {
      const at = add(mul(element, sumsStep), add(mul(o, panelTiles), mul(half, panelTiles / 2)));
      inside.add(store(scratch, add(at, plan.sums), register(acc, o, half)));
    });
  });
}
