// Loads and stores of single numbers, for kernels with float64: float32 and float64 are f64, all other dtypes are i32.

import type { Access } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { bytesOf } from "../layout.ts";
import { narrow, typeOf } from "./elementwise.ts";
import type { DataIndex, Memory, Place } from "./place.ts";

const loads = {
  float32: (code, offset) => code.memory("f32.load", offset).op("f64.promote_f32"),
  float64: (code, offset) => code.memory("f64.load", offset),
  int32: (code, offset) => code.memory("i32.load", offset),
  uint8: (code, offset) => code.memory("i32.load8_u", offset),
  bool: (code, offset) => code.memory("i32.load8_u", offset),
} as const satisfies Record<DType, (code: Code, offset: number) => Code>;

const stores = {
  float32: (code, offset) => code.op("f32.demote_f64").memory("f32.store", offset),
  float64: (code, offset) => code.memory("f64.store", offset),
  int32: (code, offset) => code.memory("i32.store", offset),
  uint8: (code, offset) => code.memory("i32.store8", offset),
  bool: (code, offset) => code.memory("i32.store8", offset),
} as const satisfies Record<DType, (code: Code, offset: number) => Code>;

/** Takes the number from the stack into a new local. */
const inLocal = (code: Code, dtype: DType): Local => {
  const local = code.local(typeOf("scalar", dtype));
  code.set(local);
  return local;
};

/** Pushes an index that data decides, or 0 if it is out of range, which is reported. */
function checked({ context, code, table }: Place, { index: { local: index }, size, site }: DataIndex): void {
  const { report } = context.callees;
  if (!report) throw internal("report was not written");
  const result = code.local("i32");
  code.get(index).set(result);
  const outside = () => code.get(table).i32(site).get(index).call(report).i32(0).set(result);
  code.get(index).i32(size).op("i32.ge_u").if(outside);
  code.get(result);
}

/** The complete address of an element, in a local. */
function addressOf(place: Place, access: Access, elements: number, dataIndex: DataIndex | null): Local {
  const { code } = place;
  const [sum, offset] = [code.local("i32"), place.address(access, elements)];
  code.i32(offset).op("i32.add");
  if (dataIndex) {
    checked(place, dataIndex);
    code.i32(dataIndex.stride * bytesOf(access.buffer.dtype)).op("i32.mul", "i32.add");
  }
  code.set(sum);
  return sum;
}

/** Loads and stores in the form "scalar". */
export const scalarMemory: Memory = {
  constant({ code }, value, dtype) {
    if (typeOf("scalar", dtype) === "f64") code.f64(dtype === "float32" ? Math.fround(value) : value);
    else code.i32(dtype === "bool" ? (value === 0 ? 0 : 1) : dtype === "uint8" ? value & 255 : value);
    return inLocal(code, dtype);
  },

  position(place, offset, strides) {
    place.position(offset, strides);
    return inLocal(place.code, "int32");
  },

  load(place, access, elements, dataIndex) {
    const { code } = place;
    const { dtype } = access.buffer;
    if (dataIndex) loads[dtype](code.get(addressOf(place, access, elements, dataIndex)), 0);
    else loads[dtype](code, place.address(access, elements));
    return inLocal(code, dtype);
  },

  store(place, access, value, mode, dataIndex) {
    const { code } = place;
    const { dtype } = access.buffer;
    const address = addressOf(place, access, 0, dataIndex);
    code.get(address);
    if (mode === "add") {
      loads[dtype](code.get(address), 0);
      code.get(value.local).op(typeOf("scalar", dtype) === "f64" ? "f64.add" : "i32.add");
      narrow(code, "scalar", dtype);
    } else code.get(value.local);
    stores[dtype](code, 0);
  },
};
