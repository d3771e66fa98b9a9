// Kernels that do the same work on different buffers, as the same layer of each block of a transformer has them, or the same layer at each
// step of an LSTM: they have one pattern, so a backend writes one function for all of them.
import type { Access, Buffer, Kernel } from "./kernel.ts";
import { mapAccesses, placesOf } from "./kernel-accesses.ts";

export interface Pattern {
  /** What patternOf says of the kernel with its accesses counted from the origins. */
  readonly text: string;
  /** The element of a buffer from which the kernel's accesses are counted; the first where there is none. */
  readonly origins: ReadonlyMap<Buffer, number>;
}

/** Origins are multiples of this: a vector of float32 is as aligned as it was, and even elements stay even. */
const alignment = 4;

/** The pattern of a kernel, from wherever in its buffers it reads and writes. */
export function patternFromOrigins(kernel: Kernel): Pattern {
  const origins = originsOf(kernel);
  return { text: patternOf(fromOrigins(kernel, origins)), origins };
}

/** The kernel with its accesses counted from the origins. */
export function fromOrigins<K extends Kernel>(kernel: K, origins: Pattern["origins"]): K {
  if (origins.size === 0) return kernel;
  return mapAccesses(kernel, (access) => {
    const origin = origins.get(access.buffer);
    return origin === undefined ? access : { ...access, offset: access.offset - origin };
  });
}

/** The first element of each buffer that a kernel touches, rounded down to a multiple of `alignment`; those where this is 0 are left out. */
function originsOf(kernel: Kernel): Map<Buffer, number> {
  const origins = new Map<Buffer, number>();
  const places = placesOf(kernel);
  if (places.every(({ access }) => access.offset < alignment)) return origins;
  for (const { access, sizes, reach, apart } of places) {
    const first = firstOf(access, sizes) + Math.min(0, apart * (reach - 1));
    const origin = Math.max(0, first - (first % alignment));
    origins.set(access.buffer, Math.min(origin, origins.get(access.buffer) ?? origin));
  }
  for (const [buffer, origin] of origins) if (origin === 0) origins.delete(buffer);
  return origins;
}

/** The first element that an access reaches. */
const firstOf = ({ offset, strides }: Access, sizes: readonly number[]): number =>
  strides.reduce((first, stride, axis) => first + Math.min(0, stride * (sizes[axis] - 1)), offset);

const isAccess = (part: object): part is Access => "buffer" in part;

/**
 * The pattern of a kernel: a text of all that it consists of, except for its name and its buffers, which are numbered in the order of their
 * first use. For example, a loop over 10 points that stores t3[i] = 2 · t1[i] has the pattern of one that stores t9[i] = 2 · t4[i], and
 * not that of one that stores t1[i] = 2 · t1[i].
 */
export function patternOf({ name: _, ...kernel }: Kernel): string {
  const buffers: Buffer[] = [];
  let text = "";
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null) text += Object.is(part, -0) ? "-0," : `${part},`;
    else if (Array.isArray(part)) {
      text += "[";
      // Lists of numbers are strides, sizes and operands, in which -0 is no other number than 0.
      if (typeof part[0] === "number") text += part.join();
      else for (const item of part) visit(item);
      text += "]";
    } else visitFields(part);
  };
  const visitFields = <Part extends object>(part: Part): void => {
    if (isAccess(part)) {
      text += `${numberOf(part.buffer)}@${part.offset}*${part.strides.join()};`;
      return;
    }
    text += "{";
    for (const field in part) {
      text += field;
      visit(part[field]);
    }
    text += "}";
  };
  const numberOf = (buffer: Buffer): string => {
    const known = buffers.indexOf(buffer);
    return known >= 0 ? `${known}` : `${buffers.push(buffer) - 1}${buffer.dtype}`;
  };
  visitFields(kernel);
  return text;
}
