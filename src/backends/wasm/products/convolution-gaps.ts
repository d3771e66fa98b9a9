// The gradient of a convolution with a stride is one whose input is dilated: between the numbers of x stand zeros, and with a
// stride of two only a quarter of the products have one other than zero. Positions that are congruent modulo the dilation meet the same
// taps of the kernel, and those meet neighbours of x: each class is a convolution of its own, without gaps. (Products with gaps are left
// out, not computed: an infinite weight that only meets gaps gives no NaN.)
import type { Code, Local } from "../assembler/assembler.ts";
import type { ConvolutionPlace, ConvolutionSpec } from "./convolution-spec.ts";

/** A convolution that is part of another: where its kernel and its results begin, in elements. */
export interface Part {
  readonly spec: ConvolutionSpec;
  readonly w: number;
  readonly y: number;
  /** How far apart neighbouring columns of this part are in the whole. */
  readonly apart: number;
}

/** One class of positions of one dim: position = first + dilation · q, tap = firstTap + tapStep · u. */
interface Class {
  readonly first: number;
  readonly positions: number;
  readonly firstTap: number;
  readonly tapStep: number;
  readonly taps: number;
  readonly kernelDilation: number;
  readonly padding: number;
}

export function withoutGaps(spec: ConvolutionSpec): Part[] {
  const { stride, inputDilation, w, y, finish } = spec;
  const split = [0, 1].map((dim) => inputDilation[dim] > 1 && stride[dim] === 1);
  if (!split[0] && !split[1]) return [{ spec, w: 0, y: 0, apart: 1 }];
  const [rows, columns] = ([0, 1] as const).map((dim) => (split[dim] ? classes(spec, dim) : [whole(spec, dim)]));
  return rows
    .flatMap((row) =>
      columns.map(
        (column): Part => ({
          w: row.firstTap * w.row + column.firstTap * w.column,
          y: row.first * y.row + column.first * y.column,
          apart: split[1] ? inputDilation[1] : 1,
          spec: {
            ...spec,
            positions: [row.positions, column.positions],
            kernel: [row.taps, column.taps],
            kernelDilation: [row.kernelDilation, column.kernelDilation],
            padding: [row.padding, column.padding],
            inputDilation: [split[0] ? 1 : inputDilation[0], split[1] ? 1 : inputDilation[1]],
            w: { ...w, row: w.row * row.tapStep, column: w.column * column.tapStep },
            y: {
              ...y,
              row: split[0] ? y.row * inputDilation[0] : y.row,
              column: split[1] ? y.column * inputDilation[1] : y.column,
            },
            ...(finish
              ? {
                  finish: of(finish, [split[0] ? inputDilation[0] : 1, split[1] ? inputDilation[1] : 1], [row, column]),
                }
              : {}),
          },
        }),
      ),
    )
    .filter(({ spec: { positions } }) => positions[0] > 0 && positions[1] > 0);
}

const whole = ({ positions, kernel, kernelDilation, padding }: ConvolutionSpec, dim: 0 | 1): Class => ({
  first: 0,
  positions: positions[dim],
  firstTap: 0,
  tapStep: 1,
  taps: kernel[dim],
  kernelDilation: kernelDilation[dim],
  padding: padding[dim],
});

/** Position p meets tap t at (p + t · kernelDilation − padding) / dilation, if that is a whole number. */
function classes({ positions, kernel, kernelDilation, padding, inputDilation }: ConvolutionSpec, dim: 0 | 1): Class[] {
  const dilation = inputDilation[dim];
  const step = kernelDilation[dim];
  return Array.from({ length: dilation }, (_, first) => {
    const meets = Array.from({ length: kernel[dim] }, (_, tap) => tap).filter(
      (tap) => (first + tap * step - padding[dim]) % dilation === 0,
    );
    const [firstTap = 0, second = firstTap + 1] = meets;
    const tapStep = second - firstTap;
    return {
      first,
      positions: Math.ceil((positions[dim] - first) / dilation),
      firstTap,
      tapStep,
      taps: meets.length,
      kernelDilation: meets.length > 1 ? (tapStep * step) / dilation : 1,
      padding: meets.length > 0 ? (padding[dim] - first - firstTap * step) / dilation : 0,
    };
  });
}

type Finish = (code: Code, at: ConvolutionPlace) => void;

/** The same, for whom row r of this part is row r · dilation + first, and columns likewise. */
const of =
  (finish: Finish, dilation: readonly [number, number], classes: readonly [Class, Class]): Finish =>
  (code, at) => {
    const place = (index: Local, dim: 0 | 1): Local => {
      if (dilation[dim] === 1) return index;
      const whole = code.local("i32");
      code.get(index).i32(dilation[dim]).op("i32.mul").i32(classes[dim].first).op("i32.add").set(whole);
      return whole;
    };
    finish(code, { ...at, row: place(at.row, 0), column: place(at.column, 1), apart: at.apart * dilation[1] });
  };
