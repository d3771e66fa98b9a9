// Convolution with four neighbouring outputs in a vector: y[position, output] = patches[position, k] · w[k, output]. Each multiplication
// takes one element of the padded image and a packed vector of the kernel. A tile is several positions of one image, or one position of
// several images, by up to 8 outputs (outputs-tiles.ts). The kernel may be as large as an image (the gradient of a kernel is such a
// convolution), so the sum runs block by block; until it is complete, it is kept in scratch as [image][position][output] (gather.ts).
import type { Block } from "../../../loops/block.ts";
import { add, constant, div, lt, min, mul, rem, sub } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { addPack } from "../pack.ts";
import { addPart } from "../part.ts";
import { addGather } from "./gather.ts";
import { type OutputsPlan, tileOutputs } from "./outputs-plan.ts";
import { addTiles } from "./outputs-tiles.ts";
import { type OutputsUnit, packedPanel, type SumBlock } from "./outputs-unit.ts";
import { addPad } from "./pad.ts";
import { type ConvolutionProblem, elementAt } from "./problem.ts";
import type { ConvolutionSpec } from "./spec.ts";

/** Adds the loops that compute the units [from, to). */
export function addByOutputs(
  block: Block,
  problem: ConvolutionProblem,
  plan: OutputsPlan,
  from: Variable,
  to: Variable,
): void {
  const { spec } = problem;
  const outputBlocks = Math.ceil(spec.outputs / plan.outputs);
  const imageBlocks = Math.ceil(spec.batch / plan.images);
  block.range("unit", from, to, (inner, unit) => {
    const group = spec.groups === 1 ? constant("i32", 0) : inner.named("group", div(unit, imageBlocks * outputBlocks));
    const output = inner.named("output", mul(rem(div(unit, imageBlocks), outputBlocks), plan.outputs));
    const image = inner.named("image", mul(rem(unit, imageBlocks), plan.images));
    const outputs = inner.named("outputs", min(sub(spec.outputs, output), plan.outputs));
    const images = inner.named("images", min(sub(spec.batch, image), plan.images));
    addBlocks(inner, problem, plan, { group, output, outputs, image, images });
    addGather(inner, problem, plan, { group, output, outputs, image, images });
  });
}

/** Adds the loops over the blocks of the sum: each packs its part of the kernel and pads its part of the images. */
function addBlocks(block: Block, problem: ConvolutionProblem, plan: OutputsPlan, unit: OutputsUnit): void {
  const { spec } = problem;
  const { channels, kernel } = spec;
  block.steps("c", 0, channels, plan.channels, (inner, c) => {
    const ofChannels = countOf(inner, "channels", sub(channels, c), plan.channels);
    inner.steps("i", 0, kernel[0], plan.kernelRows, (inside, i) => {
      const part = { c, channels: ofChannels, i, rows: countOf(inside, "rows", sub(kernel[0], i), plan.kernelRows) };
      eachPanel(inside, spec, unit.outputs, (panel, columns, o) =>
        addPackedPanel(panel, problem, plan, { ...unit, ...part, columns, o }),
      );
      if (kernel[0] > 0) addPaddedImages(inside, problem, plan, unit, part);
      eachPanel(inside, spec, unit.outputs, (panel, columns, o) =>
        addTiles(panel, problem, plan, { images: unit.images, columns, o }, part),
      );
    });
  });
}

/** min(left, most), as a number or a variable. */
function countOf(block: Block, name: string, left: Expression, most: number): number | Variable {
  const count = min(left, most);
  return count.kind === "number" ? Number(count.values[0]) : block.let(name, count);
}

/** Adds the body for each panel of a unit's outputs: `columns` outputs from output o of the unit on. */
function eachPanel(
  block: Block,
  { outputs: all }: ConvolutionSpec,
  outputs: Expression,
  body: (inner: Block, columns: number, o: Expression) => void,
): void {
  const width = Math.min(tileOutputs, all);
  const edge = all % width;
  if (outputs.kind === "number") {
    block.steps("o", 0, Number(outputs.values[0]) - edge, width, (inner, o) => body(inner, width, o));
    if (edge > 0) body(block, edge, constant("i32", Number(outputs.values[0]) - edge));
    return;
  }
  const end = edge === 0 ? outputs : block.let("end", sub(outputs, rem(outputs, width)));
  block.range("o", 0, end, (inner, o) => body(inner, width, o), width);
  if (edge > 0) block.if(lt(end, outputs), (inner) => body(inner, edge, end));
}

/** Packs a block of the kernel of one panel of outputs, kernel row by kernel row: [channel][row][column][output]. */
function addPackedPanel(
  block: Block,
  { spec, w, scratch }: ConvolutionProblem,
  plan: OutputsPlan,
  at: OutputsUnit & SumBlock & { readonly columns: number; readonly o: Expression },
): void {
  const { kernel } = spec;
  const width = Math.ceil(at.columns / 4) * 4;
  const packed = packedPanel(scratch, spec, plan, at.o);
  block.range("n", 0, at.channels, (inner, n) =>
    inner.range("row", 0, at.rows, (inside, row) => {
      const place = { group: at.group, output: add(at.output, at.o), channel: add(at.c, n), row: add(at.i, row) };
      const source = { memory: w.memory, first: elementAt(w.first, spec.w, place) };
      const target = add(mul(n, kernel[0] * kernel[1] * width), mul(row, kernel[1] * width));
      const panel = { lines: at.columns, width, line: spec.w.output, inner: spec.w.column };
      addPart(inside, "pack", [source, { memory: scratch, first: add(packed.first, target) }], (own, [from, to]) =>
        addPack(own, panel, from, to, kernel[1]),
      );
    }),
  );
}

/** Pads what a block of the sum reads of a unit's images: [image][channel][row][column]. */
function addPaddedImages(
  block: Block,
  { spec, x, scratch }: ConvolutionProblem,
  plan: OutputsPlan,
  { group, image, images }: OutputsUnit,
  { c, channels, i, rows }: SumBlock,
): void {
  const { positions, stride, padding, kernelDilation } = spec;
  const first = sub(mul(i, kernelDilation[0]), padding[0]);
  // The rows that all positions read.
  const rowCount = typeof rows === "number" ? constant("i32", rows) : rows;
  const count = add(mul(rowCount, kernelDilation[0]), (positions[0] - 1) * stride[0] + 1 - kernelDilation[0]);
  block.range("n", 0, images, (inner, n) =>
    inner.range("channel", 0, channels, (inside, channel) => {
      const place = { group, image: add(image, n), channel: add(c, channel) };
      const from = { memory: x.memory, first: elementAt(x.first, spec.x, place) };
      const to = { memory: scratch, first: add(mul(n, plan.channels * plan.plane), mul(channel, plan.plane)) };
      addPad(inside, plan.padding, from, to, { first, count });
    }),
  );
}
