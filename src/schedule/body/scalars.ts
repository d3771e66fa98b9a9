// Loads and stores of single numbers. In kernels with float64 ("scalar") floats are f64, on a GPU ("single") f32; all other dtypes are i32.
import type { Access, Store } from "../../compiler/kernel.ts";
import { add, callTo, constant, exact, f64, load, ltUnsigned, mul, not, set, store, toF32 } from "../../loops/build.ts";
import type { Expression, Memory, Statement } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type BodyForm, narrow, typeOf } from "./form.ts";
import type { DataIndex, Points } from "./points.ts";

export function constantNumber(value: number, dtype: DType, form: BodyForm): Expression {
  const type = typeOf(form, dtype);
  // A GPU's compilers would take x · 0 for 0 also where x is infinite, and x + c − c for x.
  if (form === "single" && type !== "i32") return exact(constant(type, value));
  if (type !== "i32") return constant(type, dtype === "float32" ? Math.fround(value) : value);
  return constant("i32", dtype === "bool" ? Number(value !== 0) : dtype === "uint8" ? value & 255 : value);
}

/** The element of a memory as its value. */
const elementAt = (memory: Memory, index: Expression, form: BodyForm): Expression => {
  const element = load(memory, index);
  return element.type === "f32" && form === "scalar" ? f64(element) : element;
};

const storeElement = (memory: Memory, index: Expression, value: Expression): Statement =>
  store(memory, index, memory.element === "f32" && value.type === "f64" ? toF32(value) : value);

export function loadNumber(points: Points, access: Access, elements: number, data: DataIndex | null): Expression {
  return points.block.let(
    "x",
    elementAt(points.memory(access.buffer), indexOf(points, access, elements, data), points.form),
  );
}

export function storeNumber(
  points: Points,
  access: Access,
  value: Expression,
  mode: Store["mode"],
  data: DataIndex | null,
): void {
  const { block, form } = points;
  const { dtype } = access.buffer;
  const memory = points.memory(access.buffer);
  const index = indexOf(points, access, 0, data);
  const at = mode === "add" ? block.let("at", index) : index;
  const sum = mode === "add" ? narrow(add(elementAt(memory, at, form), value), form, dtype) : value;
  block.add(storeElement(memory, at, sum));
}

function indexOf(points: Points, access: Access, elements: number, data: DataIndex | null): Expression {
  const index = points.index(access, elements);
  return data === null ? index : add(index, mul(checked(points, data), data.stride));
}

/** The index that data decides, or 0 if it is out of range, which is reported. */
function checked({ block, failures }: Points, { index, size, site }: DataIndex): Expression {
  const own = block.let("index", index.value);
  block.if(not(ltUnsigned(own, size)), (inner) => {
    const report = failures.report?.(site, own) ?? [callTo("report", failures.table, constant("i32", site), own)];
    for (const statement of report) inner.add(statement);
    inner.add(set(own, 0));
  });
  return own;
}
