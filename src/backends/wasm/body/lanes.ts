// Loads and stores of four lanes. Neighbours take one instruction, a repeated element is splatted, elements with stride 2 take two loads
// and a shuffle, and elements with any other stride are loaded lane by lane. uint8 is widened to int32, and bool to a mask. Neighbours
// are loaded as a whole vector even if the place has fewer lanes (12 bytes past an element are readable). All other loads read only the
// place's lanes, and stores write only the place's lanes.

import type { Access } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { bytesOf } from "../layout.ts";
import { advance, storeLanes } from "../products/tile.ts";
import type { DataIndex, Memory, Place } from "./place.ts";

const isByte = (dtype: DType): boolean => bytesOf(dtype) === 1;

/** Takes the vector from the stack into a new local. */
const inLocal = (code: Code): Local => {
  const local = code.local("v128");
  code.set(local);
  return local;
};

/** Widens the first four bytes of the vector on the stack to int32, or, for bool, to a mask. */
function widen(code: Code, dtype: DType): void {
  if (!isByte(dtype)) return;
  code.op("i16x8.extend_low_i8x16_u", "i32x4.extend_low_i16x8_u");
  toMask(code, dtype);
}

/** Turns 0 and 1 into masks if the dtype is bool. */
const toMask = (code: Code, dtype: DType): void => {
  if (dtype === "bool") code.op("i32x4.neg");
};

/** Pushes the address of an element, counted from lane 0's, and returns the offset to be added by the memory instruction. */
type At = (elements: number) => number;

/** Loads one element into all lanes. */
function splat(code: Code, dtype: DType, at: At): void {
  const offset = at(0);
  if (isByte(dtype)) {
    code.memory("i32.load8_u", offset).op("i32x4.splat");
    toMask(code, dtype);
  } else code.memory("v128.load32_splat", offset);
}

/** Loads four neighbours. */
function neighbours(code: Code, dtype: DType, at: At): void {
  const offset = at(0);
  if (isByte(dtype)) {
    code.memory("v128.load32_zero", offset, 0);
    widen(code, dtype);
  } else code.memory("v128.load", offset, 2);
}

/** Loads elements 0, 2, 4, 6. The second load starts at element 3, so that nothing past element 6 is read. */
function strideTwo(code: Code, at: At): void {
  code.memory("v128.load", at(0), 2);
  code.memory("v128.load", at(3), 2);
  code.shuffleWords([0, 2, 5, 7]);
}

/** Takes elements with stride 2 from whole vectors that other accesses of the kernel share (Place.pair); null if the place has none. */
function strideTwoFromPair(place: Place, access: Access, elements: number): Local | null {
  const { code, lanes } = place;
  const { dtype } = access.buffer;
  const low = place.pair?.(access, elements);
  if (!low) return null;
  const first = low.odd ? 1 : 0;
  const from = [0, 2, 4, 6].map((element) => element + first);
  if (isByte(dtype)) {
    code.get(low.vector).i32x4(0);
    code.shuffle(from.flatMap((byte) => [byte, 16, 16, 16]));
    toMask(code, dtype);
  } else {
    const high = lanes > 2 ? place.pair?.(access, elements + 4) : low;
    if (!high) return null;
    code.get(low.vector).get(high.vector).shuffleWords(from);
  }
  return inLocal(code);
}

/** Loads each lane from its own address; lanes past `lanes` are 0. */
function separate(code: Code, dtype: DType, lanes: number, at: (lane: number) => number): Local {
  const result = code.local("v128");
  if (isByte(dtype)) code.i32x4(0);
  else code.memory("v128.load32_zero", at(0));
  code.set(result);
  for (let lane = isByte(dtype) ? 0 : 1; lane < lanes; lane++) {
    const offset = at(lane);
    code.get(result);
    if (isByte(dtype)) code.laneMemory("v128.load8_lane", 4 * lane, offset);
    else code.laneMemory("v128.load32_lane", lane, offset);
    code.set(result);
  }
  if (dtype === "bool") code.get(result).op("i32x4.neg").set(result);
  return result;
}

/** Loads lanes that are `step` elements from each other. */
function strided(code: Code, dtype: DType, lanes: number, step: number, at: At): Local {
  if (step === 0 || lanes === 1) splat(code, dtype, at);
  else if (step === 1) neighbours(code, dtype, at);
  else if (step === 2 && lanes === 4 && !isByte(dtype)) strideTwo(code, at);
  else return separate(code, dtype, lanes, (lane) => at(lane * step));
  return inLocal(code);
}

/** Stores the first `lanes` lanes, `step` elements from each other. */
function storeStrided(code: Code, dtype: DType, value: Local, lanes: number, step: number, at: At): void {
  if (!isByte(dtype)) {
    if (step === 1 && lanes > 1) {
      const offset = at(0);
      storeLanes(code, inAddress(code), value, lanes, offset);
      return;
    }
    for (let lane = 0; lane < lanes; lane++) {
      const offset = at(lane * step);
      code.get(value).laneMemory("v128.store32_lane", lane, offset);
    }
    return;
  }
  const bytes = code.local("v128");
  code.get(value);
  if (dtype === "bool") code.i32x4(1).op("v128.and");
  code.set(bytes);
  if (step === 1 && lanes === 4) {
    const offset = at(0);
    code.get(bytes).get(bytes).shuffle([0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12]);
    code.set(bytes).get(bytes).laneMemory("v128.store32_lane", 0, offset);
    return;
  }
  for (let lane = 0; lane < lanes; lane++) {
    const offset = at(lane * step);
    code.get(bytes).laneMemory("v128.store8_lane", 4 * lane, offset);
  }
}

/** Takes the address from the stack into a new local. */
const inAddress = (code: Code): Local => {
  const local = code.local("i32");
  code.set(local);
  return local;
};

/** The lanes of a data index, with 0 in place of those that are out of range; each of these is reported (the table keeps the first). */
function checked({ context, code, table, lanes }: Place, { index, size, site }: DataIndex): Local {
  const [inside, result] = [code.local("v128"), code.local("v128")];
  code.get(index.local).i32x4(size).op("i32x4.lt_u").tee(inside).get(index.local).op("v128.and").set(result);
  const { report } = context.callees;
  if (!report) throw internal("report was not written");
  const all = 2 ** (index.uniform ? 1 : lanes) - 1;
  code.get(inside).op("i32x4.bitmask").i32(all).op("i32.and").i32(all).op("i32.ne");
  code.if(() => {
    for (let lane = 0; lane < (index.uniform ? 1 : lanes); lane++) {
      code.get(inside).lane("i32x4.extract_lane", lane).op("i32.eqz");
      code.if(() => code.get(table).i32(site).get(index.local).lane("i32x4.extract_lane", lane).call(report));
    }
  });
  return result;
}

/** Returns a function that pushes the address of a lane's element, whose index data decides, and returns the offset to be added. */
function addressAtDataIndex(
  place: Place,
  access: Access,
  dataIndex: DataIndex,
): (lane: number, elements: number) => number {
  const { code } = place;
  const index = checked(place, dataIndex);
  const bytes = bytesOf(access.buffer.dtype) * dataIndex.stride;
  return (lane, elements) => {
    const offset = place.address(access, elements);
    code
      .get(index)
      .lane("i32x4.extract_lane", dataIndex.index.uniform ? 0 : lane)
      .i32(bytes)
      .op("i32.mul", "i32.add");
    if (dataIndex.stride >= 0) return offset;
    code.i32(offset).op("i32.add");
    return 0;
  };
}

/** Puts the address of lane 0 into a local; the other elements are addressed relative to it. */
function baseOf(code: Code, push: () => number, unit: number): At {
  const base = code.local("i32");
  const offset = push();
  code.set(base);
  advance(code, base, offset);
  return (elements) => {
    code.get(base);
    if (elements >= 0) return elements * unit;
    code.i32(elements * unit).op("i32.add");
    return 0;
  };
}

/** Loads and stores in the form "vector". */
export const vectorMemory: Memory = {
  constant({ code }, value, dtype) {
    if (dtype === "float32") code.f32x4(value);
    else code.i32x4(dtype === "bool" ? (value === 0 ? 0 : -1) : dtype === "uint8" ? value & 255 : value);
    return inLocal(code);
  },

  position(place, offset, strides) {
    const { code } = place;
    const step = place.stride(strides);
    place.position(offset, strides);
    code.op("i32x4.splat");
    if (step !== 0) code.int32s(0, step, 2 * step, 3 * step).op("i32x4.add");
    return inLocal(code);
  },

  load(place, access, elements, dataIndex) {
    const { code, lanes } = place;
    const { dtype } = access.buffer;
    const step = place.stride(access.strides);
    if (!dataIndex) {
      const shared = step === 2 && lanes > 1 ? strideTwoFromPair(place, access, elements) : null;
      return shared ?? strided(code, dtype, lanes, step, (more) => place.address(access, elements + more));
    }
    const address = addressAtDataIndex(place, access, dataIndex);
    if (!dataIndex.index.uniform) return separate(code, dtype, lanes, (lane) => address(lane, elements + lane * step));
    const at = baseOf(code, () => address(0, elements), bytesOf(dtype));
    return strided(code, dtype, lanes, step, at);
  },

  store(place, access, value, mode, dataIndex) {
    const { code, lanes } = place;
    const { dtype } = access.buffer;
    const step = place.stride(access.strides);
    const write = (count: number, stored: Local, at: At) => {
      if (mode === "set") storeStrided(code, dtype, stored, count, step, at);
      else
        storeStrided(code, dtype, added(code, dtype, stored, strided(code, dtype, count, step, at)), count, step, at);
    };
    if (!dataIndex) {
      write(lanes, value.local, (more) => place.address(access, more));
      return;
    }
    const address = addressAtDataIndex(place, access, dataIndex);
    if (dataIndex.index.uniform) {
      write(
        lanes,
        value.local,
        baseOf(code, () => address(0, 0), bytesOf(dtype)),
      );
      return;
    }
    for (let lane = 0; lane < lanes; lane++) {
      const at = baseOf(code, () => address(lane, lane * step), bytesOf(dtype));
      write(1, lane === 0 ? value.local : moved(code, value.local, lane), at);
    }
  },
};

/** The vector whose lane 0 is the given lane of another. */
function moved(code: Code, value: Local, lane: number): Local {
  code.get(value).get(value);
  code.shuffleWords([lane, lane, lane, lane]);
  return inLocal(code);
}

/** Adds a value to the one before it, wrapped to the dtype. */
function added(code: Code, dtype: DType, value: Local, before: Local): Local {
  code.get(before).get(value);
  if (dtype === "bool") throw internal("bools do not add");
  code.op(dtype === "float32" ? "f32x4.add" : "i32x4.add");
  if (dtype === "uint8") code.i32x4(255).op("v128.and");
  return inLocal(code);
}
