// Prints a tensor as PyTorch does: aligned columns, four decimals, and long dims shortened in the middle.
import type { DType, TypedArray } from "./dtype.ts";
import { type Shape, sizeOf, stridesOf } from "./shape.ts";

/** Elements printed at either end of a dim that is shortened. */
const edgeElements = 3;
/** Tensors with more elements are shortened. */
const maxElements = 1000;

/** Prints tensor([[1.0000, 2.0000]]), with the dtype unless it is float32 or bool. */
export function print(data: TypedArray, shape: Shape, dtype: DType): string {
  const summarize = sizeOf(shape) > maxElements;
  const shown = visibleElements(data, shape, summarize);
  const format = formatter(shown, dtype);
  const width = Math.max(0, ...shown.map((x) => format(x).length));
  const prefix = "tensor(";
  const body = block(data, shape, { summarize, indent: prefix.length + 1, cell: (x) => format(x).padStart(width) });
  const suffix = dtype === "float32" || dtype === "bool" ? "" : `, dtype=${dtype}`;
  const size = sizeOf(shape) === 0 && shape.length > 1 ? `, size=[${shape.join(", ")}]` : "";
  return `${prefix}${body}${size}${suffix})`;
}

/** The indices of one dim that are printed; null stands for the dots. */
function indices(n: number, summarize: boolean): (number | null)[] {
  const all = Array.from({ length: n }, (_, i) => i);
  return summarize && n > 2 * edgeElements ? [...all.slice(0, edgeElements), null, ...all.slice(-edgeElements)] : all;
}

function visibleElements(data: TypedArray, shape: Shape, summarize: boolean): number[] {
  const strides = stridesOf(shape);
  let places = [0];
  shape.forEach((n, dim) => {
    const printed = indices(n, summarize).filter((i) => i !== null);
    places = places.flatMap((place) => printed.map((i) => place + i * strides[dim]));
  });
  return places.map((place) => data[place]);
}

function formatter(values: readonly number[], dtype: DType): (x: number) => string {
  if (dtype === "bool") return (x) => (x ? "true" : "false");
  if (dtype === "int32" || dtype === "uint8") return String;
  const special = (x: number) => (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf");
  const sizes = values.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const largest = Math.max(...sizes);
  const smallest = Math.min(...sizes);
  const scientific = sizes.length > 0 && (largest / smallest > 1000 || largest >= 1e8 || smallest < 1e-4);
  const exponent = (x: number) => x.toExponential(4).replace(/e([+-])(\d)$/, "e$10$2");
  return (x) => (!Number.isFinite(x) ? special(x) : scientific ? exponent(x) : x.toFixed(4));
}

interface Layout {
  readonly summarize: boolean;
  readonly indent: number;
  readonly cell: (x: number) => string;
}

function block(data: TypedArray, shape: Shape, layout: Layout, place = 0): string {
  if (shape.length === 0) return layout.cell(data[place]);
  if (sizeOf(shape) === 0) return "[]";
  const [n, ...inner] = shape;
  const stride = sizeOf(inner);
  const next = { ...layout, indent: layout.indent + 1 };
  const parts = indices(n, layout.summarize).map((i) =>
    i === null ? "..." : block(data, inner, next, place + i * stride),
  );
  const separator = inner.length === 0 ? ", " : `,${"\n".repeat(inner.length)}${" ".repeat(layout.indent)}`;
  return `[${parts.join(separator)}]`;
}
