// Turns the sums of Winograd's products (winograd.ts) into rows of y: transforms them back, finishes and stores them, eight positions of
// two rows at a time; at the edges of y, only the positions that exist.

import { panelTiles } from "../../../schedule/products/winograd/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { addSteps } from "./addressing.ts";
import type { FinishedConvolution } from "./finished.ts";
import { advance, storeStrided } from "./tile.ts";
import { transformSums } from "./winograd-transforms.ts";

const bytes = 4;

/** Indices of the first position of a vector. */
interface RowPlace extends Record<"image" | "group" | "output" | "row" | "column", Local> {
  readonly extras: readonly Local[];
}

/**
 * Writes a function (sums, y, image, group, output, outputs, row, column, row of the second half, its column, halves, ...extras) that
 * finishes the sums [element][output][half][tile] of `outputs` outputs and of one panel, or of its first half if `halves` is 1.
 */
export function writeFinishedSums(module: Module, name: string, spec: FinishedConvolution): WasmFunction {
  const { positions, y } = spec;
  const edge = writeEdge(module, `${name}.edge`, spec);
  const parameters = Array.from({ length: 11 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, ...all) => {
    const [sums, toY, image, group, firstOutput, outputs, row, column, nextRow, nextColumn, halves, ...extras] = all;
    const [from, to, output, end, i] = Array.from({ length: 5 }, () => code.local("i32"));
    const below = code.local("i32");
    const finishOutput = () => {
      const rows = transformSums(code, from);
      code.get(toY);
      for (const [index, by] of [
        [output, y.output],
        [row, y.row],
        [column, y.column],
      ] as const)
        addSteps(code, index, by * bytes);
      code.set(to);
      code.get(row).i32(1).op("i32.add").set(below);
      const parts = rows.flatMap((row, r) => row.map((value, quarter) => ({ value, r, quarter })));
      const storeWhole = () => {
        for (const { value, r, quarter } of parts) {
          if (r === 1 && quarter === 0) advance(code, to, y.row * bytes);
          const place = code.local("i32");
          code
            .get(column)
            .i32(4 * quarter)
            .op("i32.add")
            .set(place);
          const at = { image, group, output, row: r === 0 ? row : below, column: place, extras };
          store(code, spec, value, at, to, { lanes: 4, offset: 4 * quarter * y.column * bytes });
        }
      };
      const storeEdge = () => {
        for (const { value, r, quarter } of parts) {
          code.get(value).get(to);
          code.i32((r * y.row + 4 * quarter * y.column) * bytes).op("i32.add");
          code
            .get(image)
            .get(group)
            .get(output)
            .get(r === 0 ? row : below);
          code
            .get(column)
            .i32(4 * quarter)
            .op("i32.add");
          for (const extra of extras) code.get(extra);
          code.call(edge);
        }
      };
      const alwaysWhole = positions[0] % 2 === 0 && positions[1] % 8 === 0;
      if (alwaysWhole) storeWhole();
      else if (positions[1] < 8) storeEdge();
      else {
        code.get(below).i32(positions[0]).op("i32.lt_s");
        code
          .get(column)
          .i32(positions[1] - 8)
          .op("i32.le_s", "i32.and")
          .if(storeWhole, storeEdge);
      }
    };
    code.get(firstOutput).get(outputs).op("i32.add").set(end);
    code.for(
      i,
      () => code.i32(0),
      () => code.get(halves),
      1,
      () => {
        code.get(sums).set(from);
        code.for(
          output,
          () => code.get(firstOutput),
          () => code.get(end),
          1,
          () => {
            finishOutput();
            advance(code, from, panelTiles * 4);
          },
        );
        advance(code, sums, (panelTiles * 4) / 2);
        code.get(nextRow).set(row).get(nextColumn).set(column);
      },
    );
  });
}

/**
 * Writes a function (value, y, image, group, output, row, column, ...extras) that finishes and stores those of four positions of a row
 * that exist.
 */
function writeEdge(module: Module, name: string, spec: FinishedConvolution): WasmFunction {
  const { positions } = spec;
  const left = positions[1] % 4;
  const parameters = ["v128" as const, ...Array.from({ length: 6 + (spec.extras ?? 0) }, () => "i32" as const)];
  return module.function(
    name,
    { parameters, results: [] },
    (code, value, to, image, group, output, row, column, ...extras) => {
      const at = { image, group, output, row, column, extras };
      const storeFirst = (lanes: number) => () => store(code, spec, value, at, to, { lanes, offset: 0 });
      code
        .get(row)
        .i32(positions[0])
        .op("i32.lt_s")
        .if(() => {
          if (positions[1] >= 4)
            code
              .get(column)
              .i32(positions[1] - 4)
              .op("i32.le_s")
              .if(storeFirst(4));
          if (left > 0)
            code
              .get(column)
              .i32(positions[1] - left)
              .op("i32.eq")
              .if(storeFirst(left));
        });
    },
  );
}

/** Finishes and stores one vector. */
function store(
  code: Code,
  { y, stores, finish }: FinishedConvolution,
  value: Local,
  at: RowPlace,
  to: Local,
  { lanes, offset }: { readonly lanes: number; readonly offset: number },
): void {
  finish?.(code, { ...at, value, apart: 1, lanes });
  if (stores !== false) storeStrided(code, to, value, lanes, offset, y.column);
}
