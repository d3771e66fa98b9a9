// Convolution with the same position of four neighbouring images in a vector: y[output, image] = w[output, k] · patches[k, image]. Each
// multiplication takes one element of the kernel, which is read where it is, and a vector of the packed images. A tile is one position of up
// to 8 images by several outputs (tiles.ts), whose sums are finished together (finish.ts). Packed images are [panel][channel][row][column]
// of 8 images each, without padding.
import type { Block } from "../../../loops/block.ts";
import { add, constant, div, eq, lt, min, mul, or, rem, sub } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { type ConvolutionProblem, elementAt } from "../convolution/problem.ts";
import type { ConvolutionSpec } from "../convolution/spec.ts";
import { addPack } from "../pack.ts";
import { addPart } from "../part.ts";
import { addFinish } from "./finish.ts";
import { type ImagesPlan, lanesOf, panelImages, panelSize, planeOf } from "./plan.ts";
import { addTiles } from "./tiles.ts";

/** The images and outputs of a unit, and how many there are of each. */
interface Unit {
  readonly group: Expression;
  readonly output: Expression;
  readonly outputs: Expression;
  readonly image: Expression;
  readonly images: Expression;
}

/** Adds the loops that compute the units [from, to). */
export function addByImages(
  block: Block,
  problem: ConvolutionProblem,
  plan: ImagesPlan,
  from: Variable,
  to: Variable,
): void {
  const { spec } = problem;
  const blocks = Math.ceil(spec.outputs / plan.outputs);
  const zero = constant("i32", 0);
  block.range("unit", from, to, (inner, unit) => {
    const group = spec.groups === 1 ? zero : inner.named("group", rem(div(unit, blocks), spec.groups));
    const whole = spec.batch === plan.images;
    const image = whole ? zero : inner.named("image", mul(div(unit, blocks * spec.groups), plan.images));
    const images = inner.named("images", min(sub(spec.batch, image), plan.images));
    const output = inner.named("output", mul(rem(unit, blocks), plan.outputs));
    const outputs = inner.named("outputs", min(sub(spec.outputs, output), plan.outputs));
    const own = { group, output, outputs, image, images };
    // Units that follow one another share their images.
    inner.if(or(eq(unit, from), eq(output, 0)), (first) =>
      eachPanel(first, spec, own, (panel, count, n) => addPackedPanel(panel, problem, own, count, n)),
    );
    addOutputs(inner, problem, plan, own);
  });
}

/** Adds the body for each panel of a unit's images: `count` images from image n of the unit on. */
function eachPanel(
  block: Block,
  { batch }: ConvolutionSpec,
  { images }: Unit,
  body: (inner: Block, count: number, n: Expression) => void,
): void {
  const edge = batch % panelImages;
  const end = block.named("end", sub(images, rem(images, panelImages)));
  if (batch >= panelImages) block.range("n", 0, end, (inner, n) => body(inner, panelImages, n), panelImages);
  if (edge > 0) block.if(lt(end, images), (inner) => body(inner, edge, end));
}

/** Where the panel of the unit's image n begins. */
const packedAt = (spec: ConvolutionSpec, n: Expression): Expression => mul(div(n, panelImages), panelSize(spec));

/** Packs one panel of images: all at once if their rows and channels follow one another, otherwise channel by channel or row by row. */
function addPackedPanel(
  block: Block,
  { spec, x, scratch }: ConvolutionProblem,
  { group, image }: Unit,
  count: number,
  n: Expression,
): void {
  const { size, channels } = spec;
  const [lanes, plane] = [lanesOf(count), planeOf(spec, lanesOf(count))];
  const panel = { lines: count, width: lanes, line: spec.x.image, inner: spec.x.column };
  const rowsFollow = size[0] === 1 || spec.x.row === size[1] * spec.x.column;
  const allFollow = rowsFollow && spec.x.channel === size[0] * spec.x.row && plane === size[0] * size[1] * lanes;
  const from = block.named("source", elementAt(x.first, spec.x, { image: add(image, n), group }));
  const to = block.named("packed", packedAt(spec, n));
  const pack = (inner: Block, elements: number, source: Expression, target: Expression) =>
    addPart(
      inner,
      "pack",
      [
        { memory: x.memory, first: source },
        { memory: scratch, first: target },
      ],
      (own, [a, b]) => addPack(own, panel, a, b, elements),
    );
  if (allFollow) {
    pack(block, channels * size[0] * size[1], from, to);
    return;
  }
  block.range("channel", 0, channels, (inner, channel) => {
    const source = add(from, mul(channel, spec.x.channel));
    const target = add(to, mul(channel, plane));
    if (rowsFollow) pack(inner, size[0] * size[1], source, target);
    else
      inner.range("row", 0, size[0], (inside, row) =>
        pack(inside, size[1], add(source, mul(row, spec.x.row)), add(target, mul(row, size[1] * lanes))),
      );
  });
}

/** Adds the loops over the tiles of outputs: for each panel of images, the sums of all positions, and what finishes them. */
function addOutputs(block: Block, problem: ConvolutionProblem, plan: ImagesPlan, unit: Unit): void {
  const { spec, w } = problem;
  const left = spec.outputs % plan.height;
  const tile = (inner: Block, height: number, o: Expression) =>
    eachPanel(inner, spec, unit, (panel, count, n) => {
      const output = panel.named("first", add(unit.output, o));
      const kernel = panel.named("kernel", elementAt(w.first, spec.w, { group: unit.group, output }));
      const images = panel.named("packed", packedAt(spec, n));
      const image = panel.named("image", add(unit.image, n));
      panel.outline(`sums${height}x${count}`, (own) =>
        addTiles(own, problem, plan, { height, lanes: lanesOf(count), kernel, images }),
      );
      panel.outline(`finish${height}x${count}`, (own) =>
        addFinish(own, problem, plan, { height, count, group: unit.group, output, image }),
      );
    });
  const end = left === 0 ? unit.outputs : block.named("whole", sub(unit.outputs, rem(unit.outputs, plan.height)));
  if (spec.outputs >= plan.height) block.range("o", 0, end, (inner, o) => tile(inner, plan.height, o), plan.height);
  if (left > 0) block.if(lt(end, unit.outputs), (inner) => tile(inner, left, end));
}
