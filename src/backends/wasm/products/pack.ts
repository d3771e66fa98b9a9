// Packing: `lines` lines of a matrix (rows of A or columns of B) are interleaved element by element, so that the inner loop reads
// contiguous memory: panel[p · width + l] = source[l · line + p · inner]. Packing is worth its cost where strides would miss the cache, or
// where a vector has to be built from elements that are not neighbours. Blocks of four lines by four elements are transposed in registers.
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { advance, repeat, storeLanes } from "./tile.ts";

export interface Panel {
  readonly lines: number;
  /** Elements of the panel from one p to the next, at least `lines`; elements from `lines` on are undefined. */
  readonly width: number;
  /** The source's strides, in elements. */
  readonly line: number;
  readonly inner: number;
}

/** Writes a function (source, panel, count) that packs `count` elements of each line. */
export function writePack(module: Module, name: string, panel: Panel): WasmFunction {
  return module.function(name, { parameters: ["i32", "i32", "i32"], results: [] }, (code, source, to, count) => {
    if (panel.lines === 1 || panel.line === 1) packVectors(code, panel, source, to, count);
    else if (panel.inner === 1) packTransposed(code, panel, source, to, count);
    else packNumbers(code, panel, source, to, count);
  });
}

/** Packs lines that are neighbours (line = 1): copies whole vectors. */
function packVectors(code: Code, { lines, width, inner }: Panel, source: Local, to: Local, count: Local): void {
  const value = code.local("v128");
  repeat(code, count, () => {
    for (let line = 0; line < lines; line += 4) {
      code
        .get(source)
        .memory("v128.load", 4 * line, 2)
        .set(value);
      storeLanes(code, to, value, Math.min(width - line, 4), 4 * line);
    }
    advance(code, source, 4 * inner);
    advance(code, to, 4 * width);
  });
}

/** Packs lines whose elements are neighbours (inner = 1): transposes blocks of 4 × 4. */
function packTransposed(code: Code, panel: Panel, source: Local, to: Local, count: Local): void {
  const { lines, width, line } = panel;
  const minOffset = Math.min(0, (lines - 1) * line);
  const block = Array.from({ length: 4 }, () => code.local("v128"));
  const spare = Array.from({ length: 4 }, () => code.local("v128"));
  const rounds = code.local("i32");
  const aligned = lines - (lines % 4);
  const numbers = (element: number, from: number) => {
    for (let l = from; l < lines; l++) {
      code
        .get(to)
        .get(source)
        .memory("f32.load", 4 * (l * line + element - minOffset));
      code.memory("f32.store", 4 * (element * width + l));
    }
  };
  advance(code, source, 4 * minOffset);
  code.get(count).i32(4).op("i32.div_u").set(rounds);
  repeat(code, rounds, () => {
    for (let first = 0; first < aligned; first += 4) {
      for (const [l, vector] of block.entries())
        code
          .get(source)
          .memory("v128.load", 4 * ((first + l) * line - minOffset), 2)
          .set(vector);
      transpose(code, block, spare);
      for (const [element, vector] of block.entries())
        code
          .get(to)
          .get(vector)
          .memory("v128.store", 4 * (element * width + first), 2);
    }
    for (let element = 0; element < 4; element++) numbers(element, aligned);
    advance(code, source, 16);
    advance(code, to, 16 * width);
  });
  code.get(count).i32(4).op("i32.rem_u").set(rounds);
  repeat(code, rounds, () => {
    numbers(0, 0);
    advance(code, source, 4);
    advance(code, to, 4 * width);
  });
}

/** Packs with any strides, element by element. */
function packNumbers(code: Code, { lines, width, line, inner }: Panel, source: Local, to: Local, count: Local): void {
  const minOffset = Math.min(0, (lines - 1) * line);
  advance(code, source, 4 * minOffset);
  repeat(code, count, () => {
    for (let l = 0; l < lines; l++) {
      code
        .get(to)
        .get(source)
        .memory("f32.load", 4 * (l * line - minOffset));
      code.memory("f32.store", 4 * l);
    }
    advance(code, source, 4 * inner);
    advance(code, to, 4 * width);
  });
}

/** Transposes a block of four vectors a, b, c, d: the first becomes a₀ b₀ c₀ d₀, and so on. `spare` holds four temporaries. */
export function transpose(code: Code, block: readonly Local[], spare: readonly Local[]): void {
  const [a, b, c, d] = block;
  const [low, high, low2, high2] = spare;
  const zip = (x: Local, y: Local, to: Local, lanes: number[]) => code.get(x).get(y).shuffleWords(lanes).set(to);
  zip(a, b, low, [0, 4, 1, 5]);
  zip(a, b, high, [2, 6, 3, 7]);
  zip(c, d, low2, [0, 4, 1, 5]);
  zip(c, d, high2, [2, 6, 3, 7]);
  zip(low, low2, a, [0, 1, 4, 5]);
  zip(low, low2, b, [2, 3, 6, 7]);
  zip(high, high2, c, [0, 1, 4, 5]);
  zip(high, high2, d, [2, 3, 6, 7]);
}
