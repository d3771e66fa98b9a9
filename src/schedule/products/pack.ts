// Packing: `lines` lines of a matrix (rows of A or columns of B) are interleaved element by element, so that the inner loop reads
// contiguous memory: panel[p · width + l] = source[l · line + p · inner]. Packing is worth its cost where strides would miss the cache, or
// where a vector has to be built from elements that are not neighbours. Blocks of four lines by four elements are transposed in registers.
import type { Block } from "../../loops/block.ts";
import {
  add,
  asLoop,
  type Operand as Count,
  load,
  mul,
  rem,
  shuffle,
  store,
  storeLanes,
  sub,
  unrolled,
} from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import type { Operand } from "./tile.ts";

export interface Panel {
  readonly lines: number;
  /** Elements of the panel from one p to the next, at least `lines`; elements from `lines` on are undefined. */
  readonly width: number;
  /** The source's strides, in elements. */
  readonly line: number;
  readonly inner: number;
}

/** Up to so many lines, their blocks are written one after the other. */
const maxUnrolledLines = 16;

/** Packs `count` elements of each line. */
export function addPack(block: Block, panel: Panel, source: Operand, to: Operand, count: Count): void {
  if (panel.lines === 1 || panel.line === 1) packVectors(block, panel, source, to, count);
  else if (panel.inner === 1) packTransposed(block, panel, source, to, count);
  else
    block.range("p", 0, count, (inner, p) => {
      packNumbers(inner, panel, source, to, p, 0);
    });
}

/** Packs lines that are neighbours (line = 1): copies whole vectors. */
function packVectors(
  block: Block,
  { lines, width, inner: step }: Panel,
  source: Operand,
  to: Operand,
  count: Count,
): void {
  block.range("p", 0, count, (inner, p) => {
    for (let line = 0; line < lines; line += 4) {
      const value = load(source.memory, add(add(source.first, mul(p, step)), line), "f32x4");
      inner.add(storeLanes(to.memory, add(add(to.first, mul(p, width)), line), value, Math.min(width - line, 4)));
    }
  });
}

/** Packs lines whose elements are neighbours (inner = 1): transposes blocks of 4 × 4, and copies what remains. */
function packTransposed(block: Block, panel: Panel, source: Operand, to: Operand, count: Count): void {
  const { lines, width, line } = panel;
  const aligned = lines - (lines % 4);
  const whole = block.named("whole", sub(count, rem(count, 4)));
  block.range(
    "p",
    0,
    whole,
    (inner, p) => {
      inner.range(
        "l",
        0,
        aligned,
        (inside, l) => {
          const vectors = [0, 1, 2, 3].map((i) =>
            inside.let("x", load(source.memory, add(add(source.first, p), mul(add(l, i), line)), "f32x4")),
          );
          for (const [i, vector] of transposed(inside, vectors).entries())
            inside.add(store(to.memory, add(add(to.first, mul(add(p, i), width)), l), vector));
        },
        4,
        aligned > maxUnrolledLines ? asLoop : unrolled,
      );
      if (aligned < lines)
        inner.each("i", 4, (inside, i) => {
          packNumbers(inside, panel, source, to, add(p, i), aligned);
        });
    },
    4,
  );
  block.range("p", whole, count, (inner, p) => {
    packNumbers(inner, panel, source, to, p, 0);
  });
}

/** Packs the p-th element of the lines from `first` on, with any strides. */
function packNumbers(
  block: Block,
  { lines, width, line, inner: step }: Panel,
  source: Operand,
  to: Operand,
  p: Expression,
  first: number,
): void {
  block.range(
    "l",
    first,
    lines,
    (inside, l) => {
      const element = load(source.memory, add(add(source.first, mul(p, step)), mul(l, line)));
      inside.add(store(to.memory, add(add(to.first, mul(p, width)), l), element));
    },
    1,
    unrolled,
  );
}

/** Transposes four vectors a, b, c, d: the first becomes a₀ b₀ c₀ d₀, and so on. */
export function transposed(block: Block, [a, b, c, d]: readonly Expression[]): Expression[] {
  const low = block.let("low", shuffle(a, b, [0, 4, 1, 5]));
  const high = block.let("high", shuffle(a, b, [2, 6, 3, 7]));
  const low2 = block.let("low", shuffle(c, d, [0, 4, 1, 5]));
  const high2 = block.let("high", shuffle(c, d, [2, 6, 3, 7]));
  return [
    shuffle(low, low2, [0, 1, 4, 5]),
    shuffle(low, low2, [2, 3, 6, 7]),
    shuffle(high, high2, [0, 1, 4, 5]),
    shuffle(high, high2, [2, 3, 6, 7]),
  ];
}
