// Matrix products, C = A·B in float32, specialised to their sizes and strides. A vector holds four columns, a tile of C stays in registers
// (tile.ts), and blocks of A and B stay in cache; matmul-plan.ts decides whether they are packed (pack.ts). With every plan an element is
// summed over k in ascending order, so that all ranges of work, tiles and edges give the same bits.

import { type MatmulPlan, type PanelShape, planMatmul } from "../../../schedule/products/matmul/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import type { FinishedMatmul } from "./finished.ts";
import { heights, sumsInScratch, writeTiles } from "./matmul-tiles.ts";
import { writePack } from "./pack.ts";

const bytes = 4;

/** Number of units of work: the blocks of C, column by column. */
export function workUnits(spec: FinishedMatmul): number {
  const { block } = planMatmul(spec);
  return spec.m * spec.n === 0 ? 0 : Math.ceil(spec.m / block.m) * Math.ceil(spec.n / block.n);
}

/** Bytes of scratch memory of one call; calls that run at the same time must not share it. */
export function scratchBytes(spec: FinishedMatmul): number {
  const plan = planMatmul(spec);
  const sums = sumsInScratch(spec, plan);
  return sizeOfB(plan) + sizeOfA(plan) + (sums ? spec.m * sums.row * bytes : 0);
}

const sizeOfA = ({ packA, block }: MatmulPlan): number => (packA ? block.m * block.k * bytes : 0);

const sizeOfB = ({ packB, block }: MatmulPlan): number => (packB ? Math.ceil(block.n / 4) * 4 * block.k * bytes : 0);

/** The plan in words, for explain(). */
export function describeMatmul(spec: FinishedMatmul): string {
  const { panel, packA, packB, block } = planMatmul(spec);
  const operand = (name: string, packed: boolean) => `${name} ${packed ? "packed" : "in place"}`;
  const blocks = `blocks of ${block.m}×${block.n}×${block.k}`;
  return `tiles of ${panel.rows}×${panel.columns}, ${operand("A", packA)}, ${operand("B", packB)}, ${blocks}`;
}

/**
 * Writes a function (a, b, c, scratch, from, to, ...extras) that computes the units [from, to) of C; it ignores `c` if the spec's c is
 * null. Operands are read in whole vectors: 12 bytes past the last element of A, of B, of C and of each buffer that `finish` loads must
 * be readable.
 */
export function writeMatmul(module: Module, name: string, spec: FinishedMatmul): WasmFunction {
  const plan = planMatmul(spec);
  const panels = [plan.panel, ...(plan.edge ? [plan.edge] : [])].map((shape) =>
    writePanel(module, name, spec, plan, shape),
  );
  const packsOfA = plan.packA
    ? heights(spec, plan.panel).map((rows) =>
        writePack(module, `${name}.a${rows}`, { lines: rows, width: rows, line: spec.a.row, inner: spec.a.inner }),
      )
    : null;
  const parameters = Array.from({ length: 6 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, ...locals) => {
    if (spec.m * spec.n > 0) writeBlocks(code, spec, plan, { panels, packsOfA }, locals);
  });
}

/** The functions of the panels of one shape. */
interface Panel extends PanelShape {
  /** (source, panel, count), or null if B is not packed. */
  readonly pack: WasmFunction | null;
  /** (a, b, c, column, top, bottom, p, count, sums if they are kept in scratch, ...extras) */
  readonly multiply: WasmFunction;
}

function writePanel(module: Module, name: string, spec: FinishedMatmul, plan: MatmulPlan, shape: PanelShape): Panel {
  const { inner, column: line } = spec.b;
  const panel = { lines: shape.columns, width: Math.ceil(shape.columns / 4) * 4, line, inner };
  return {
    ...shape,
    pack: plan.packB ? writePack(module, `${name}.b${shape.columns}`, panel) : null,
    multiply: writeTiles(module, `${name}.${shape.rows}x${shape.columns}`, spec, plan, shape),
  };
}

/** Writes the loops over units, blocks of k, blocks of rows, and panels; blocks are packed just outside the loops that read them. */
function writeBlocks(
  code: Code,
  spec: FinishedMatmul,
  plan: MatmulPlan,
  { panels, packsOfA }: { readonly panels: readonly Panel[]; readonly packsOfA: readonly WasmFunction[] | null },
  [a, b, c, scratch, unit, to, ...extras]: readonly Local[],
): void {
  const { m, n, k } = spec;
  const { block } = plan;
  const rowBlocks = Math.ceil(m / block.m);
  const sums = sumsInScratch(spec, plan);
  const index = () => code.local("i32");
  const [left, right, first, last, p, count, top, bottom, i, j] = Array.from({ length: 10 }, index);
  /** to = min(from + size, limit) */
  const end = (to: Local, from: Local, size: number, limit: number) => {
    code.get(from).i32(size).op("i32.add").tee(to).i32(limit);
    code.get(to).i32(limit).op("i32.lt_s", "select").set(to);
  };
  /** base + index · stride + …, in elements */
  const address = (base: Local, ...terms: (readonly [Local, number])[]) => {
    code.get(base);
    for (const [term, stride] of terms)
      code
        .get(term)
        .i32(stride * bytes)
        .op("i32.mul", "i32.add");
  };
  const fromA = () => address(a, [i, spec.a.row], [p, spec.a.inner]);
  const fromB = () => address(b, [j, spec.b.column], [p, spec.b.inner]);
  /** Pushes the address of a packed line; a line takes block.k elements of its panel. */
  const packed = (line: Local, start: Local, offset: number) => {
    code
      .get(line)
      .get(start)
      .op("i32.sub")
      .i32(block.k * bytes)
      .op("i32.mul");
    code.get(scratch).op("i32.add").i32(offset).op("i32.add");
  };
  const packedA = () => packed(i, top, sizeOfB(plan));
  const packedB = () => packed(j, left, 0);
  /** Loops from start to stop: the body of `all[0]` for each full step, then the body of `all[1]`, if given, for the remainder. */
  const steps = <T>(at: Local, start: Local, stop: Local, step: number, all: readonly T[], body: (one: T) => void) => {
    const [whole, edge] = all;
    code.for(
      at,
      () => code.get(start),
      () =>
        code
          .get(stop)
          .i32(step - 1)
          .op("i32.sub"),
      step,
      () => body(whole),
    );
    if (edge !== undefined)
      code
        .get(at)
        .get(stop)
        .op("i32.lt_s")
        .if(() => body(edge));
  };
  const [{ columns, rows }] = panels;

  const units = () => {
    // Sets the rows [first, last) and columns [left, right) of the leading units that share their columns, and moves `unit` past them.
    code.get(unit).i32(rowBlocks).op("i32.div_u").i32(block.n).op("i32.mul").set(left);
    end(right, left, block.n, n);
    code.get(unit).i32(rowBlocks).op("i32.rem_u").tee(first).get(to).op("i32.add").get(unit).op("i32.sub").set(last);
    end(last, last, 0, rowBlocks);
    code.get(unit).get(last).op("i32.add").get(first).op("i32.sub").set(unit);
    code.get(first).i32(block.m).op("i32.mul").set(first);
    code.get(last).i32(block.m).op("i32.mul").set(last);
    end(last, last, 0, m);
  };
  const packPanels = () =>
    steps(j, left, right, columns, panels, ({ pack }) => {
      if (!pack) return;
      fromB();
      packedB();
      code.get(count).call(pack);
    });
  const packRows = (packs: readonly WasmFunction[]) =>
    steps(i, top, bottom, rows, packs, (pack) => {
      fromA();
      packedA();
      code.get(count).call(pack);
    });
  const multiplyPanels = () =>
    steps(j, left, right, columns, panels, ({ multiply }) => {
      code.get(top).set(i);
      if (packsOfA) packedA();
      else fromA();
      if (plan.packB) packedB();
      else fromB();
      if (spec.c) address(c, [i, spec.c.row], [j, 1]);
      else code.get(c);
      code.get(j).get(top).get(bottom).get(p).get(count);
      if (sums) {
        address(scratch, [i, sums.row], [j, 1], [left, -1]);
        code.i32(sizeOfB(plan) + sizeOfA(plan)).op("i32.add");
      }
      for (const extra of extras) code.get(extra);
      code.call(multiply);
    });

  code.block((done) => {
    code.loop((again) => {
      code.get(unit).get(to).op("i32.ge_s").brIf(done);
      units();
      code.for(
        p,
        () => code.i32(0),
        () => code.i32(Math.max(k, 1)),
        Math.max(block.k, 1),
        () => {
          end(count, p, block.k, k);
          code.get(count).get(p).op("i32.sub").set(count);
          if (plan.packB) packPanels();
          code.for(
            top,
            () => code.get(first),
            () => code.get(last),
            block.m,
            () => {
              end(bottom, top, block.m, m);
              if (packsOfA) packRows(packsOfA);
              multiplyPanels();
            },
          );
        },
      );
      code.br(again);
    });
  });
}
