// Writes the kernel "topk": for each line of x, the indices of its k largest elements as defined in ops/reductions.ts: the largest first,
// NaN counts as the largest, and equal elements keep their order. A small k is done by insertion into a sorted list while the line is
// read. For a large k (a random permutation needs all elements) the indices of the whole line are merge-sorted. Elements of every dtype
// are compared as float64, which holds them exactly.
import type { Access, Topk } from "../../compiler/kernel.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Code, Local } from "./assembler/assembler.ts";
import { type KernelWriter, kernelParameters } from "./kernel-writer.ts";
import { bytesOf } from "./layout.ts";

/** Largest k that is done by insertion. */
export const maxInsertedK = 16;
/** Bytes of an index in a list. */
const bytes = 4;

/** Takes an element's address from the stack and pushes its value as float64. */
const loads = {
  float32: (code) => code.memory("f32.load").op("f64.promote_f32"),
  float64: (code) => code.memory("f64.load"),
  int32: (code) => code.memory("i32.load").op("f64.convert_i32_s"),
  uint8: (code) => code.memory("i32.load8_u").op("f64.convert_i32_s"),
  bool: (code) => code.memory("i32.load8_u").op("f64.convert_i32_s"),
} as const satisfies Record<DType, (code: Code) => Code>;

/** A line of x and its results in y: their addresses, and the bytes from one element to the next (stride, rank). */
interface Line {
  readonly x: Local;
  readonly y: Local;
  readonly stride: number;
  readonly rank: number;
  readonly size: number;
  readonly k: number;
  readonly dtype: DType;
}

export const writeTopkKernel: KernelWriter<Topk> = (context, kernel, name) => {
  const { axes, x, y, size, k } = kernel;
  const sizes = axes.map((axis) => axis.size);
  const units = size * k === 0 ? 0 : sizes.reduce((product, n) => product * n, 1);
  const sorted = k > maxInsertedK;
  const pointers = [x.buffer, y.buffer];
  const callee = context.module.function(
    name,
    { parameters: kernelParameters(pointers), results: [] },
    (code, fromX, toY, scratch, from, to) => {
      if (units === 0) return;
      const line: Line = {
        x: code.local("i32"),
        y: code.local("i32"),
        size,
        k,
        dtype: x.buffer.dtype,
        stride: x.strides[sizes.length] * bytesOf(x.buffer.dtype),
        rank: y.strides[sizes.length] * bytes,
      };
      const at = code.local("i32");
      code.for(
        at,
        () => code.get(from),
        () => code.get(to),
        1,
        () => {
          findLine(code, at, sizes, [
            { access: x, base: fromX, address: line.x },
            { access: y, base: toY, address: line.y },
          ]);
          if (sorted) sortIndices(code, line, scratch);
          else insertLargest(code, line);
        },
      );
    },
  );
  const description = sorted ? `lines of ${size} merge-sorted` : `the ${k} largest of lines of ${size} by insertion`;
  return { callee, pointers, units, scratch: sorted ? 2 * size * bytes : 0, description };
};

/** Computes the addresses of a line's first elements. */
function findLine(
  code: Code,
  line: Local,
  sizes: readonly number[],
  ends: readonly { readonly access: Access; readonly base: Local; readonly address: Local }[],
): void {
  const [rest, index] = [code.local("i32"), code.local("i32")];
  code.get(line).set(rest);
  for (const { access, base, address } of ends)
    code
      .get(base)
      .i32(access.offset * bytesOf(access.buffer.dtype))
      .op("i32.add")
      .set(address);
  for (const [axis, size] of [...sizes.entries()].toReversed()) {
    if (size === 1) continue;
    code.get(rest).i32(size).op("i32.rem_u").set(index);
    code.get(rest).i32(size).op("i32.div_u").set(rest);
    for (const { access, address } of ends)
      code
        .get(address)
        .get(index)
        .i32(access.strides[axis] * bytesOf(access.buffer.dtype))
        .op("i32.mul", "i32.add")
        .set(address);
  }
}

/** Pushes the element at an index of the line; `place` pushes the index. */
function numberAt(code: Code, { x, stride, dtype }: Line, place: () => void): void {
  place();
  code.i32(stride).op("i32.mul").get(x).op("i32.add");
  loads[dtype](code);
}

/** Pushes whether one value comes before the other: it is larger, or it is NaN and the other is not. */
function exceeds(code: Code, one: Local, other: Local): void {
  code.get(one).get(other).op("f64.gt");
  code.get(one).get(one).op("f64.ne").get(other).get(other).op("f64.eq", "i32.and", "i32.or");
}

/** Inserts each element before all smaller ones in the list of the k largest, so that equal elements keep their order. */
function insertLargest(code: Code, line: Line): void {
  const { y, rank, size, k } = line;
  const [i, j, to] = [code.local("i32"), code.local("i32"), code.local("i32")];
  const [value, ranked] = [code.local("f64"), code.local("f64")];
  code.for(
    i,
    () => code.i32(0),
    () => code.i32(size),
    1,
    () => {
      numberAt(code, line, () => code.get(i));
      code.set(value);
      // j: the length of the list so far, min(i, k); `to`: the address of rank j.
      code.get(i).i32(k).get(i).i32(k).op("i32.lt_s", "select").set(j);
      code.get(j).i32(rank).op("i32.mul").get(y).op("i32.add").set(to);
      code.block((placed) => {
        code.loop((again) => {
          code.get(j).op("i32.eqz").brIf(placed);
          numberAt(code, line, () => code.get(to).i32(rank).op("i32.sub").memory("i32.load"));
          code.set(ranked);
          exceeds(code, value, ranked);
          code.op("i32.eqz").brIf(placed);
          code
            .get(j)
            .i32(k)
            .op("i32.lt_s")
            .if(() => code.get(to).get(to).i32(rank).op("i32.sub").memory("i32.load").memory("i32.store"));
          code.get(to).i32(rank).op("i32.sub").set(to);
          code.get(j).i32(1).op("i32.sub").set(j).br(again);
        });
      });
      code
        .get(j)
        .i32(k)
        .op("i32.lt_s")
        .if(() => code.get(to).get(i).memory("i32.store"));
    },
  );
}

/** Sorts the indices 0, 1, … by bottom-up merge sort between the two halves of scratch, and stores the first k. The sort is stable. */
function sortIndices(code: Code, line: Line, scratch: Local): void {
  const { y, rank, size, k } = line;
  const index = () => code.local("i32");
  const [source, target, width, first, i, from] = [index(), index(), index(), index(), index(), index()];
  code.get(scratch).set(source);
  code
    .get(scratch)
    .i32(size * bytes)
    .op("i32.add")
    .set(target);
  const element = (list: Local, at: Local) => code.get(at).i32(bytes).op("i32.mul").get(list).op("i32.add");
  const count = (body: () => void, limit: number) =>
    code.for(
      i,
      () => code.i32(0),
      () => code.i32(limit),
      1,
      body,
    );
  count(() => {
    element(source, i);
    code.get(i).memory("i32.store");
  }, size);
  code.i32(1).set(width);
  code.block((sorted) => {
    code.loop((wider) => {
      code.get(width).i32(size).op("i32.ge_s").brIf(sorted);
      code.i32(0).set(first);
      code.block((merged) => {
        code.loop((next) => {
          code.get(first).i32(size).op("i32.ge_s").brIf(merged);
          mergeRuns(code, line, { source, target, width, first });
          code.br(next);
        });
      });
      code.get(source).set(from).get(target).set(source).get(from).set(target);
      code.get(width).i32(1).op("i32.shl").set(width).br(wider);
    });
  });
  code.get(y).set(from);
  count(() => {
    code.get(from);
    element(source, i);
    code.memory("i32.load").memory("i32.store");
    code.get(from).i32(rank).op("i32.add").set(from);
  }, k);
}

/** Two neighbouring sorted runs. */
interface Runs {
  readonly source: Local;
  readonly target: Local;
  readonly width: Local;
  readonly first: Local;
}

/** Merges the runs [first, first + width) and [first + width, first + 2 · width) of source into target, and moves `first` past them. */
function mergeRuns(code: Code, line: Line, { source, target, width, first }: Runs): void {
  const address = () => code.local("i32");
  const [left, middle, right, end, to] = [address(), address(), address(), address(), address()];
  const [a, b] = [code.local("f64"), code.local("f64")];
  const { size } = line;
  /** Sets `result` to the address of index min(first, size) in `list`. */
  const bound = (list: Local, result: Local) => {
    code.get(first).i32(size).get(first).i32(size).op("i32.lt_s", "select");
    code.i32(bytes).op("i32.mul").get(list).op("i32.add").set(result);
  };
  const step = () => code.get(first).get(width).op("i32.add").set(first);
  bound(source, left);
  bound(target, to);
  step();
  bound(source, middle);
  step();
  bound(source, end);
  code.get(middle).set(right);
  const load = (place: Local, value: Local) => {
    numberAt(code, line, () => code.get(place).memory("i32.load"));
    code.set(value);
  };
  const move = (place: Local) => {
    code.get(to).get(place).memory("i32.load").memory("i32.store");
    code.get(to).i32(bytes).op("i32.add").set(to);
    code.get(place).i32(bytes).op("i32.add").set(place);
  };
  const rest = (place: Local, limit: Local) =>
    code.block((done) => {
      code.loop((again) => {
        code.get(place).get(limit).op("i32.eq").brIf(done);
        move(place);
        code.br(again);
      });
    });
  code.block((done) => {
    code.get(right).get(end).op("i32.eq").brIf(done);
    load(left, a);
    load(right, b);
    code.loop((again) => {
      exceeds(code, b, a);
      code.if(
        () => {
          move(right);
          code.get(right).get(end).op("i32.eq").brIf(done);
          load(right, b);
          code.br(again);
        },
        () => {
          move(left);
          code.get(left).get(middle).op("i32.eq").brIf(done);
          load(left, a);
          code.br(again);
        },
      );
    });
  });
  rest(left, middle);
  rest(right, end);
}
