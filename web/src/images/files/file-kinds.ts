// The kind of a dropped file: a picture, a model or data, told by its name and its first bytes.

export type Kind = "picture" | "model" | "data";

const gzip = [0x1f, 0x8b];

export function kindOf(name: string, bytes: Uint8Array): Kind {
  if (/\.safetensors$/i.test(name)) return "model";
  // A safetensors file begins with the length of its header in eight bytes, and then a "{".
  if (bytes[8] === 0x7b && bytes[6] === 0 && bytes[7] === 0) return "model";
  if (/ubyte|idx/i.test(name)) return "data";
  const isIdx = bytes[0] === 0 && bytes[1] === 0 && [0x08, 0x0c, 0x0d, 0x0e].includes(bytes[2]);
  return isIdx || gzip.every((byte, n) => bytes[n] === byte) ? "data" : "picture";
}
