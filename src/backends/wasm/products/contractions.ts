// Writes the kernels "matmul" and "convolution" as functions over a range of their units of work: a kernel's accesses become the sizes
// and strides of a MatmulSpec or ConvolutionSpec, and its epilogue becomes `finish` (epilogue.ts).

import type { Access, Buffer, Convolution, Matmul, Store } from "../../../compiler/kernel.ts";
import { readsOf } from "../../../compiler/kernel-accesses.ts";
import { internal } from "../../../errors/error.ts";
import type { ConvolutionSpec } from "../../../schedule/products/convolution/spec.ts";
import type { MatmulSpec } from "../../../schedule/products/matmul/spec.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { type KernelContext, type KernelWriter, kernelParameters } from "../kernel-writer.ts";
import {
  convolutionScratch,
  convolutionUnits,
  describeConvolution,
  finishedLanes,
  writeConvolution,
} from "./convolution.ts";
import { isDirect, writeFinisher } from "./epilogue.ts";
import type { FinishedConvolution, FinishedMatmul } from "./finished.ts";
import { describeMatmul, scratchBytes, workUnits, writeMatmul } from "./matmul.ts";

const bytes = 4;

const distinct = (buffers: readonly Buffer[]): Buffer[] => [...new Set(buffers)];

/** Pushes the address of an access's element at these indices; an index that is null or left out is 0. */
function address(
  code: Code,
  pointers: ReadonlyMap<Buffer, Local>,
  { buffer, offset, strides }: Access,
  indices: readonly (Local | null)[] = [],
): void {
  const pointer = pointers.get(buffer);
  if (!pointer) throw internal(`no pointer to ${buffer.name}`);
  code.get(pointer);
  if (offset !== 0) code.i32(offset * bytes).op("i32.add");
  for (const [axis, index] of indices.entries()) {
    if (index === null || strides[axis] === 0) continue;
    code
      .get(index)
      .i32(strides[axis] * bytes)
      .op("i32.mul", "i32.add");
  }
}

/** Where a product stores C: the store that the product does itself (null: the epilogue does all), and whether it computes Cᵀ. */
interface Target {
  readonly store: Store | null;
  readonly transposed: boolean;
}

/**
 * The target of a product. In C, the elements of a row must be neighbours and rows must not overlap. If this holds only with rows and
 * columns exchanged, the product computes Cᵀ = Bᵀ·Aᵀ.
 */
function targetOf({ axes, epilogue }: Matmul): Target {
  const [m, n] = axes.slice(-3).map(({ size }) => size);
  const rowsFit = (rows: number, row: number, columns: number, column: number) =>
    (columns === 1 || column === 1) && (rows === 1 || row >= columns);
  for (const transposed of [false, true]) {
    for (const store of epilogue.stores) {
      const [row, column] = store.access.strides.slice(-2);
      const fits = transposed ? rowsFit(n, column, m, row) : rowsFit(m, row, n, column);
      if (fits && isDirect(epilogue, store)) return { store, transposed };
    }
  }
  const neighbours = (axis: -1 | -2) => epilogue.stores.filter(({ access }) => access.strides.at(axis) === 1).length;
  return { store: null, transposed: neighbours(-2) > neighbours(-1) };
}

/** Whether nothing else of the kernel reads or writes the buffer of a store: only then may it hold unfinished sums. */
const isAlone = (kernel: Matmul, store: Store): boolean =>
  readsOf(kernel).every(({ buffer }) => buffer !== store.access.buffer) &&
  kernel.epilogue.stores.every((other) => other === store || other.access.buffer !== store.access.buffer);

/** Sizes and strides of a kernel's product, or of the transposed product. */
function matmulSpec(kernel: Matmul, { store, transposed }: Target): Omit<MatmulSpec, "relaxed"> {
  const { axes } = kernel;
  const [rowAxis, columnAxis, sumAxis] = [axes.length - 3, axes.length - 2, axes.length - 1];
  const [a, b] = transposed ? [kernel.b, kernel.a] : [kernel.a, kernel.b];
  const [rowAxisOfA, columnAxisOfB] = transposed ? [columnAxis, rowAxis] : [rowAxis, columnAxis];
  const [m, n] = [axes[rowAxisOfA].size, axes[columnAxisOfB].size];
  return {
    m,
    n,
    k: axes[sumAxis].size,
    a: { row: a.strides[rowAxisOfA], inner: a.strides[sumAxis] },
    b: { inner: b.strides[sumAxis], column: b.strides[columnAxisOfB] },
    c: store && { row: m === 1 ? n : store.access.strides[rowAxisOfA] },
    ...(store && isAlone(kernel, store) ? {} : { sums: "scratch" as const }),
  };
}

/** Writes a matrix product: its function loops over the batch and calls writeMatmul's function for the units of each matrix. */
export const writeMatmulKernel: KernelWriter<Matmul> = (context, kernel, name) => {
  const sizes = kernel.axes.slice(0, -1).map(({ size }) => size);
  const batch = sizes.slice(0, -2);
  const target = targetOf(kernel);
  const { store, transposed } = target;
  const columns = sizes[transposed ? sizes.length - 2 : sizes.length - 1];
  const { write, buffers } = writeFinisher(context, name, {
    epilogue: kernel.epilogue,
    direct: store,
    lane: transposed ? sizes.length - 2 : sizes.length - 1,
    sizes,
    variants: [Math.min(columns, 4), columns % 4]
      .filter((lanes, i, all) => lanes > 0 && all.indexOf(lanes) === i)
      .map((lanes) => ({ lanes, apart: 1 })),
  });
  const [a, b] = transposed ? [kernel.b, kernel.a] : [kernel.a, kernel.b];
  const spec: FinishedMatmul = {
    ...matmulSpec(kernel, target),
    relaxed: context.relaxed,
    ...(write
      ? {
          // The extras are the table, the pointers of the epilogue's buffers, and the indices of the batch's axes.
          extras: 1 + buffers.length + batch.length,
          finish: (code, { value, row, column, lanes, extras: [table, ...others] }) => {
            const [pointers, matrices] = [others.slice(0, buffers.length), others.slice(buffers.length)];
            const indices = [...matrices, ...(transposed ? [column, row] : [row, column])];
            write(code, { value, indices, lanes, apart: 1, table, pointers });
          },
        }
      : {}),
  };
  const product = writeMatmul(context.module, `${name}.product`, spec);
  const pointers = distinct([kernel.a.buffer, kernel.b.buffer, ...buffers]);
  const unitsOfMatrix = workUnits(spec);
  const matrices = batch.reduce((count, size) => count * size, 1);
  const callee = context.module.function(
    name,
    { parameters: kernelParameters(pointers), results: [] },
    (code, ...parameters) => {
      const at = new Map(pointers.map((buffer, i) => [buffer, parameters[i]]));
      const [scratch, from, to, table] = parameters.slice(pointers.length);
      const indices = batch.map((size) => (size === 1 ? null : code.local("i32")));
      const multiplyMatrix = (first: () => void, last: () => void) => {
        address(code, at, a, indices);
        address(code, at, b, indices);
        if (store) address(code, at, store.access, indices);
        else code.i32(0);
        code.get(scratch);
        first();
        last();
        if (write) {
          code.get(table);
          for (const buffer of buffers) address(code, at, { buffer, offset: 0, strides: [] });
          for (const index of indices) index === null ? code.i32(0) : code.get(index);
        }
        code.call(product);
      };
      if (unitsOfMatrix * matrices === 0) return;
      if (matrices === 1)
        multiplyMatrix(
          () => code.get(from),
          () => code.get(to),
        );
      else eachMatrix(code, { from, to, unitsOfMatrix, batch, indices }, multiplyMatrix);
    },
  );
  return {
    callee,
    pointers,
    units: unitsOfMatrix * matrices,
    scratch: scratchBytes(spec),
    description: `${matrices === 1 ? "" : `${matrices} times `}${describeMatmul(spec)}`,
  };
};

/**
 * Loops over the matrices that have units in [from, to): sets their indices, and gives the body functions that push their first and last
 * unit.
 */
function eachMatrix(
  code: Code,
  {
    from,
    to,
    unitsOfMatrix,
    batch,
    indices,
  }: {
    readonly from: Local;
    readonly to: Local;
    readonly unitsOfMatrix: number;
    readonly batch: readonly number[];
    readonly indices: readonly (Local | null)[];
  },
  body: (first: () => void, last: () => void) => void,
): void {
  const [first, last, rest] = [code.local("i32"), code.local("i32"), code.local("i32")];
  code.block((done) => {
    code.loop((again) => {
      code.get(from).get(to).op("i32.ge_s").brIf(done);
      // last = min(first + (to − from), units of a matrix)
      code.get(from).i32(unitsOfMatrix).op("i32.rem_u").tee(first);
      code.get(to).get(from).op("i32.sub", "i32.add").tee(last).i32(unitsOfMatrix);
      code.get(last).i32(unitsOfMatrix).op("i32.lt_s", "select").set(last);
      code.get(from).i32(unitsOfMatrix).op("i32.div_u").set(rest);
      for (const [axis, index] of [...indices.entries()].toReversed()) {
        if (index === null) continue;
        code.get(rest).i32(batch[axis]).op("i32.rem_u").set(index);
        code.get(rest).i32(batch[axis]).op("i32.div_u").set(rest);
      }
      body(
        () => code.get(first),
        () => code.get(last),
      );
      code.get(from).get(last).op("i32.add").get(first).op("i32.sub").set(from).br(again);
    });
  });
}

/** Sizes and strides of a kernel's convolution, without `finish`; `store` is the store that the product does itself. */
function convolutionSpec(
  { axes, channels, x, w, size, kernel, stride, padding, inputDilation, kernelDilation }: Convolution,
  store: Store | null,
  { relaxed, winograd }: KernelContext,
): ConvolutionSpec {
  const [batch, groups, outputs, rows, columns] = axes.map(({ size }) => size);
  const [image = 0, group = 0, output = 0, row = 0, column = 0] = store?.access.strides ?? [];
  return {
    batch,
    groups,
    channels,
    outputs,
    size,
    kernel,
    positions: [rows, columns],
    stride,
    padding,
    inputDilation,
    kernelDilation,
    relaxed,
    winograd,
    x: { image: x.strides[0], group: x.strides[1], channel: x.strides[2], row: x.strides[3], column: x.strides[4] },
    w: { group: w.strides[0], output: w.strides[1], channel: w.strides[2], row: w.strides[3], column: w.strides[4] },
    y: { image, group, output, row, column },
    ...(store ? {} : { stores: false as const }),
  };
}

/** Writes a convolution: its function calls writeConvolution's function once. */
export const writeConvolutionKernel: KernelWriter<Convolution> = (context, kernel, name) => {
  const { axes, x, w, epilogue } = kernel;
  const sizes = axes.map(({ size }) => size);
  const candidates = epilogue.stores.filter((store) => isDirect(epilogue, store));
  const store = candidates.find(({ access }) => access.strides[4] === 1) ?? candidates[0] ?? null;
  const plain = convolutionSpec(kernel, store, context);
  const variants = finishedLanes(plain);
  const { write, buffers } = writeFinisher(context, name, { epilogue, direct: store, lane: 4, sizes, variants });
  const spec: FinishedConvolution = !write
    ? plain
    : {
        ...plain,
        extras: 1 + buffers.length,
        finish: (code, { extras: [table, ...pointers], ...at }) =>
          write(code, { ...at, indices: [at.image, at.group, at.output, at.row, at.column], table, pointers }),
      };
  const product = writeConvolution(context.module, `${name}.product`, spec);
  const pointers = distinct([x.buffer, w.buffer, ...buffers]);
  const callee = context.module.function(
    name,
    { parameters: kernelParameters(pointers), results: [] },
    (code, ...parameters) => {
      const at = new Map(pointers.map((buffer, i) => [buffer, parameters[i]]));
      const [scratch, from, to, table] = parameters.slice(pointers.length);
      if (convolutionUnits(spec) === 0) return;
      address(code, at, x);
      address(code, at, w);
      if (store) address(code, at, store.access);
      else code.i32(0);
      code.get(scratch).get(from).get(to);
      if (write) {
        code.get(table);
        for (const buffer of buffers) address(code, at, { buffer, offset: 0, strides: [] });
      }
      code.call(product);
    },
  );
  return {
    callee,
    pointers,
    units: convolutionUnits(spec),
    scratch: convolutionScratch(spec),
    description: describeConvolution(spec),
  };
};
