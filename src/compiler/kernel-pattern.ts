// Kernels that do the same work on different buffers, as the same layer of each block of a transformer has them: they have one pattern, so
// a backend writes one function for all of them.
import type { Buffer, Kernel } from "./kernel.ts";

/**
 * The pattern of a kernel: a text of all that it consists of, except for its name and its buffers, which are numbered in the order of their
 * first use. For example, a loop over 10 points that stores t3[i] = 2 · t1[i] has the pattern of one that stores t9[i] = 2 · t4[i], and
 * not that of one that stores t1[i] = 2 · t1[i].
 */
export function patternOf({ name: _, ...kernel }: Kernel): string {
  const buffers: Buffer[] = [];
  let text = "";
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) {
      text += "[";
      for (const item of part) visit(item);
      text += "]";
    } else if (typeof part === "object" && part !== null) visitFields(part);
    else text += Object.is(part, -0) ? "-0," : `${part},`;
  };
  const visitFields = (part: object): void => {
    text += "{";
    for (const [field, value] of Object.entries(part)) {
      text += field;
      if (field === "buffer") visitBuffer(value);
      else visit(value);
    }
    text += "}";
  };
  const visitBuffer = (buffer: Buffer): void => {
    const known = buffers.indexOf(buffer);
    text += known >= 0 ? `${known},` : `${buffers.push(buffer) - 1}${buffer.dtype},`;
  };
  visitFields(kernel);
  return text;
}
