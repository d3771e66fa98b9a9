// Kernels of eager reductions of float32 (backends/reductions.ts): they run over a piece in WebAssembly's memory. A piece is one of two:
//   lines  [lines, length], each line becomes one number
//   rows   [planes, rows, width], the rows of each plane become one row, into which results of earlier pieces are already merged
// Sums are float64. A line is added up in 16 interleaved parts, which are then added pairwise; elements of rows in their order. The largest
// is the first of equals, and NaN is larger than all.
import { type Code, type Local, Module } from "./assembler/assembler.ts";
import type { Instruction } from "./assembler/opcodes.ts";
import { codeOf } from "./module-cache.ts";
import { piecesMemory } from "./pieces.ts";
import { entry } from "./program.ts";

/** Elements of a piece: 32 KiB. */
export const pieceSize = 2 ** 13;

/** Addresses of a piece and of its results. */
export interface ReductionKernels {
  readonly piece: number;
  /** float64 sums, or float32 largest elements. */
  readonly results: number;
  /** int32: where the largest stand in their line, or in which row. */
  readonly places: number;
  sumLines(lines: number, length: number): void;
  maxLines(lines: number, length: number): void;
  argmaxLines(lines: number, length: number): void;
  sumRows(planes: number, rows: number, width: number): void;
  maxRows(planes: number, rows: number, width: number): void;
  /** `first`: the number of the piece's first row. */
  argmaxRows(planes: number, rows: number, width: number, first: number): void;
}

let made: ReductionKernels | null = null;

/** The kernels, compiled at the first call. */
export function reductionKernels(): ReductionKernels {
  if (made !== null) return made;
  const module = new Module(piecesMemory.limits);
  const signature = { parameters: new Array<"i32">(7).fill("i32"), results: [] };
  for (const [name, write] of Object.entries(writers)) module.export(name, module.function(name, signature, write));
  const [piece, results, places] = [4, 8, 4].map((bytes) => piecesMemory.allocate(pieceSize * bytes, "a reduction"));
  const env = { memory: piecesMemory.memory };
  const { exports } = new WebAssembly.Instance(codeOf(module.bytes()).module, { env });
  const kernel = (name: keyof typeof writers): ((...sizes: number[]) => void) => {
    const run = entry(exports, name);
    return (...sizes) => void run(piece, results, places, ...sizes);
  };
  made = {
    piece,
    results,
    places,
    sumLines: kernel("sumLines"),
    maxLines: kernel("maxLines"),
    argmaxLines: kernel("argmaxLines"),
    sumRows: kernel("sumRows"),
    maxRows: kernel("maxRows"),
    argmaxRows: kernel("argmaxRows"),
  };
  return made;
}

const advance = (code: Code, pointer: Local, bytes: number): Code =>
  code.get(pointer).i32(bytes).op("i32.add").set(pointer);

// ── lines

interface Line {
  /** Addresses of the line's first element, of the end of its whole blocks of 16, and of its end. */
  readonly start: Local;
  readonly wholeEnd: Local;
  readonly end: Local;
  /** Addresses of its results. */
  readonly y: Local;
  readonly place: Local;
}

/** For each of the lines; its result has `resultBytes`. */
const lines =
  (writeLine: (code: Code, line: Line) => void, resultBytes: number) =>
  (code: Code, ...[start, y, place, count, length]: readonly Local[]): void => {
    const [i, wholeEnd, end] = [code.local("i32"), code.local("i32"), code.local("i32")];
    const pushCount = () => void code.get(count);
    code.for(
      i,
      () => void code.i32(0),
      pushCount,
      1,
      () => {
        code.get(start).get(length).i32(2).op("i32.shl", "i32.add").set(end);
        code.get(start).get(length).i32(-16).op("i32.and").i32(2).op("i32.shl", "i32.add").set(wholeEnd);
        writeLine(code, { start, wholeEnd, end, y, place });
        code.get(end).set(start);
        advance(code, y, resultBytes);
        advance(code, place, 4);
      },
    );
  };

/** `whole` for each block of 16 elements, at the address `at`; `single` for each of the others. */
function overLine(code: Code, { start, wholeEnd, end }: Line, whole: (at: Local) => void, single: (at: Local) => void) {
  const at = code.local("i32");
  const [from, middle, to] = [start, wholeEnd, end].map((local) => () => void code.get(local));
  code.for(at, from, middle, 64, () => whole(at));
  code.for(at, middle, to, 4, () => single(at));
}

const locals = (code: Code, type: Local["type"], count: number): Local[] =>
  Array.from({ length: count }, () => code.local(type));

/** Combines the vectors pairwise into the first. */
function combine(code: Code, vectors: readonly Local[], op: Instruction): void {
  for (let step = 1; step < vectors.length; step *= 2)
    for (let i = 0; i + step < vectors.length; i += 2 * step)
      code
        .get(vectors[i])
        .get(vectors[i + step])
        .op(op)
        .set(vectors[i]);
}

function writeSumLine(code: Code, line: Line): void {
  const parts = locals(code, "v128", 8);
  const rest = code.local("f64");
  for (const part of parts) code.f32x4(0).set(part);
  code.f64(0).set(rest);
  overLine(
    code,
    line,
    (at) => {
      for (const [i, part] of parts.entries()) {
        code
          .get(part)
          .get(at)
          .memory("v128.load64_zero", 8 * i, 2);
        code.op("f64x2.promote_low_f32x4", "f64x2.add").set(part);
      }
    },
    (at) => code.get(rest).get(at).memory("f32.load").op("f64.promote_f32", "f64.add").set(rest),
  );
  combine(code, parts, "f64x2.add");
  code.get(line.y).get(parts[0]).lane("f64x2.extract_lane", 0).get(parts[0]).lane("f64x2.extract_lane", 1);
  code.op("f64.add").get(rest).op("f64.add").memory("f64.store");
}

/** A NaN in an element stays in its lane, as all bits set: no element is larger than it. */
const keepLarger = (code: Code, best: Local, x: Local): Code =>
  code.get(best).get(x).op("f32x4.pmax").get(x).get(x).op("f32x4.ne", "v128.or").set(best);

/** The place is searched for where it is wanted, and where the largest is 0: then the first 0 gives the sign. */
const writeMaxLine =
  (wantsPlace: boolean) =>
  (code: Code, line: Line): void => {
    const parts = locals(code, "v128", 4);
    const x = code.local("v128");
    const best = code.local("f32");
    for (const part of parts) code.f32x4(-Infinity).set(part);
    code.f32(-Infinity).set(best);
    overLine(
      code,
      line,
      (at) => {
        for (const [i, part] of parts.entries()) {
          code
            .get(at)
            .memory("v128.load", 16 * i, 2)
            .set(x);
          keepLarger(code, part, x);
        }
      },
      (at) => code.get(best).get(at).memory("f32.load").op("f32.max").set(best),
    );
    for (const part of parts)
      for (let i = 0; i < 4; i++) code.get(best).get(part).lane("f32x4.extract_lane", i).op("f32.max").set(best);
    const find = () => writeFind(code, line, best, wantsPlace);
    if (wantsPlace) find();
    else code.get(best).f32(0).op("f32.eq").if(find);
    writeStoreLargest(code, line.y, best);
  };

/** Every NaN is stored with the same bits. */
function writeStoreLargest(code: Code, y: Local, best: Local): void {
  code.get(y).f32(Number.NaN).get(best).get(best).get(best).op("f32.ne", "select").memory("f32.store");
}

/** Searches the line for the first element equal to `best`, or NaN if `best` is; gives `best` its sign. */
function writeFind(code: Code, { start, wholeEnd, end, place }: Line, best: Local, wantsPlace: boolean): void {
  const at = code.local("i32");
  const [x, sought, found] = locals(code, "v128", 3);
  code.get(start).set(at).get(best).op("f32x4.splat").set(sought);
  // 1 or 0.
  const seeksNaN = code.local("i32");
  code.get(best).get(best).op("f32.ne").set(seeksNaN);
  code.block((near) => {
    code.loop((again) => {
      code.get(at).get(wholeEnd).op("i32.ge_s").brIf(near);
      code.f32x4(0).set(found);
      for (let i = 0; i < 4; i++) {
        code
          .get(at)
          .memory("v128.load", 16 * i, 2)
          .set(x);
        code.get(x).get(sought).op("f32x4.eq").get(x).get(x).op("f32x4.ne", "v128.or");
        code.get(found).op("v128.or").set(found);
      }
      code.get(found).op("v128.any_true").brIf(near);
      advance(code, at, 64).br(again);
    });
  });
  code.block((done) => {
    code.loop((again) => {
      code.get(at).get(end).op("i32.ge_s").brIf(done);
      code.get(at).memory("f32.load").get(best).op("f32.eq");
      code.get(at).memory("f32.load").get(at).memory("f32.load").op("f32.ne").get(seeksNaN).op("i32.and");
      code.op("i32.or").brIf(done);
      advance(code, at, 4).br(again);
    });
  });
  code.get(at).memory("f32.load").set(best);
  if (wantsPlace) code.get(place).get(at).get(start).op("i32.sub").i32(2).op("i32.shr_u").memory("i32.store");
}

// ── rows

interface Columns {
  /** Columns that are computed at once. */
  readonly count: number;
  /** Addresses of the columns' first elements, of their results and places. */
  readonly x: Local;
  readonly y: Local;
  readonly place: Local;
  /** The number of the first row. */
  readonly first: Local;
  /** Runs the body for each row; `at` is the address of the columns in it, and `row` its number in the piece. */
  readonly forEachRow: (body: (at: Local, row: Local) => void) => void;
}

/** How the kernel of rows computes some columns; `counts` are the numbers of columns that it can compute at once, the largest first. */
interface ColumnsWriter {
  readonly counts: readonly number[];
  readonly resultBytes: number;
  readonly write: (code: Code, columns: Columns) => void;
}

const rows =
  ({ counts, resultBytes, write }: ColumnsWriter) =>
  (code: Code, ...[x, y, place, planes, rowCount, width, first]: readonly Local[]): void => {
    const [plane, left, at, row, stride] = locals(code, "i32", 5);
    code.get(width).i32(2).op("i32.shl").set(stride);
    const forEachRow: Columns["forEachRow"] = (body) => {
      code.get(x).set(at);
      code.for(
        row,
        () => void code.i32(0),
        () => void code.get(rowCount),
        1,
        () => {
          body(at, row);
          code.get(at).get(stride).op("i32.add").set(at);
        },
      );
    };
    const pushPlanes = () => void code.get(planes);
    code.for(
      plane,
      () => void code.i32(0),
      pushPlanes,
      1,
      () => {
        code.get(width).set(left);
        for (const count of counts)
          code.block((done) => {
            code.loop((again) => {
              code.get(left).i32(count).op("i32.lt_s").brIf(done);
              write(code, { count, x, y, place, first, forEachRow });
              advance(code, x, 4 * count);
              advance(code, y, resultBytes * count);
              advance(code, place, 4 * count);
              advance(code, left, -count).br(again);
            });
          });
        // x stands at the end of the plane's first row.
        code.get(x).get(rowCount).i32(1).op("i32.sub").get(stride).op("i32.mul", "i32.add").set(x);
      },
    );
  };

const sumColumns: ColumnsWriter = {
  counts: [16, 2, 1],
  resultBytes: 8,
  write(code, { count, y, forEachRow }) {
    if (count === 1) {
      const total = code.local("f64");
      code.get(y).memory("f64.load").set(total);
      forEachRow((at) => code.get(total).get(at).memory("f32.load").op("f64.promote_f32", "f64.add").set(total));
      code.get(y).get(total).memory("f64.store");
      return;
    }
    const totals = locals(code, "v128", count / 2);
    for (const [i, total] of totals.entries())
      code
        .get(y)
        .memory("v128.load", 16 * i, 3)
        .set(total);
    forEachRow((at) => {
      for (const [i, total] of totals.entries()) {
        code
          .get(total)
          .get(at)
          .memory("v128.load64_zero", 8 * i, 2);
        code.op("f64x2.promote_low_f32x4", "f64x2.add").set(total);
      }
    });
    for (const [i, total] of totals.entries())
      code
        .get(y)
        .get(total)
        .memory("v128.store", 16 * i, 3);
  },
};

/** Loads four columns, or one, at an offset of four columns. */
const loadColumns = (code: Code, at: Local, count: number, i: number): Code =>
  count === 1 ? code.get(at).memory("v128.load32_zero") : code.get(at).memory("v128.load", 16 * i, 2);

function storeColumns(code: Code, at: Local, value: Local, count: number, i: number): void {
  code.get(at).get(value);
  if (count === 1) code.laneMemory("v128.store32_lane", 0);
  else code.memory("v128.store", 16 * i, 2);
}

const maxColumns: ColumnsWriter = {
  counts: [16, 4, 1],
  resultBytes: 4,
  write(code, { count, y, forEachRow }) {
    const best = locals(code, "v128", Math.ceil(count / 4));
    const x = code.local("v128");
    for (const [i, one] of best.entries()) loadColumns(code, y, count, i).set(one);
    forEachRow((at) => {
      for (const [i, one] of best.entries()) {
        loadColumns(code, at, count, i).set(x);
        keepLarger(code, one, x);
      }
    });
    for (const [i, one] of best.entries()) {
      code.f32x4(Number.NaN).get(one).get(one).get(one).op("f32x4.ne", "v128.bitselect").set(one);
      storeColumns(code, y, one, count, i);
    }
  },
};

const argmaxColumns: ColumnsWriter = {
  counts: [4, 1],
  resultBytes: 4,
  write(code, { count, y, place, first, forEachRow }) {
    const [best, places, x, exceeds] = locals(code, "v128", 4);
    loadColumns(code, y, count, 0).set(best);
    loadColumns(code, place, count, 0).set(places);
    forEachRow((at, row) => {
      loadColumns(code, at, count, 0).set(x);
      code.get(x).get(best).op("f32x4.gt").get(x).get(x).op("f32x4.ne");
      code.get(best).get(best).op("f32x4.ne", "v128.andnot", "v128.or").set(exceeds);
      code.get(x).get(best).get(exceeds).op("v128.bitselect").set(best);
      code.get(row).get(first).op("i32.add", "i32x4.splat").get(places).get(exceeds).op("v128.bitselect").set(places);
    });
    storeColumns(code, y, best, count, 0);
    storeColumns(code, place, places, count, 0);
  },
};

/** The body of each kernel; its parameters are the addresses of the piece, the results and the places, and the sizes. */
const writers = {
  sumLines: lines(writeSumLine, 8),
  maxLines: lines(writeMaxLine(false), 4),
  argmaxLines: lines(writeMaxLine(true), 4),
  sumRows: rows(sumColumns),
  maxRows: rows(maxColumns),
  argmaxRows: rows(argmaxColumns),
} satisfies Record<string, (code: Code, ...parameters: Local[]) => void>;
