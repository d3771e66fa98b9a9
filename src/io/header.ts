// A safetensors file begins with eight bytes that give the length of a JSON header (little-endian), then the header, then the
// tensors' bytes:
//
//   {"__metadata__": {"any": "strings"}, "weight": {"dtype": "F32", "shape": [10, 784], "data_offsets": [0, 31360]}, ...}
//
// where offsets count from the end of the header. A file may come from anywhere, so this file checks everything that a header claims against
// the true length of the file, before anything of a claimed size is allocated.
import { ChainruleError } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";

/** Bytes of an element, for every dtype of the format with whole bytes; the sizes of dtypes that chainrule cannot read are checked too. */
const elementBytes: ReadonlyMap<string, number> = new Map(
  Object.entries({
    BOOL: 1,
    U8: 1,
    I8: 1,
    F8_E5M2: 1,
    F8_E4M3: 1,
    F8_E8M0: 1,
    I16: 2,
    U16: 2,
    F16: 2,
    BF16: 2,
    I32: 4,
    U32: 4,
    F32: 4,
    I64: 8,
    U64: 8,
    F64: 8,
    C64: 8,
  }),
);

/** One tensor of the file; its data are the bytes [begin, end) of the file. */
export interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Record<string, string>;
}

const maxHeaderBytes = 100_000_000;
const maxDims = 64;

export function fail(problem: string): never {
  throw new ChainruleError("file", "readSafetensors", problem);
}

export function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < 8) fail(`the file has ${bytes.length} bytes, fewer than the 8 that give the length of its header`);
  const announced = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (announced > BigInt(Math.min(maxHeaderBytes, bytes.length - 8)))
    fail(
      `byte 0: a header of ${announced} bytes is announced, in a file of ${bytes.length} bytes (at most ${maxHeaderBytes} are read)`,
    );
  const start = 8 + Number(announced);
  const json = parse(bytes.subarray(8, start));
  const metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name !== "__metadata__") entries.push(readEntry(name, value, { start, length: bytes.length }));
    else if (!isRecord(value)) fail("__metadata__ is not an object of strings");
    else
      for (const [key, text] of Object.entries(value))
        if (typeof text === "string") define(metadata, key, text);
        else fail(`__metadata__: ${quote(key)} is not a string`);
  }
  checkCover(entries, start, bytes.length);
  return { entries, metadata };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) fail("byte 8: the header does not begin with {, so this is not a safetensors file");
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    fail("byte 8: the header is not UTF-8");
  }
  checkNesting(text);
  try {
    json = JSON.parse(text);
  } catch (error) {
    fail(`byte 8: the header is not JSON (${error instanceof Error ? error.message.slice(0, 120) : error})`);
  }
  if (!isRecord(json)) fail("byte 8: the header is not a JSON object");
  return json;
}

/**
 * Checks the text before JSON.parse, which silently takes the last of two equal keys and makes an object for each bracket. A header is one
 * object of objects and of lists of numbers, so deeper brackets and repeated keys are refused.
 */
function checkNesting(text: string): void {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") {
      if (open.length === maxNesting || open[open.length - 1] === null)
        fail(`byte 8: the header is nested more deeply than a safetensors header is`);
      open.push(character === "{" ? new Set() : null);
    } else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const start = at;
      do at = text.indexOf('"', at + 1);
      while (at >= 0 && isEscaped(text, at));
      if (at < 0) fail("byte 8: the header is not JSON (a string does not end)");
      const keys = open[open.length - 1];
      if (!keys || !isKey(text, at + 1)) continue;
      const key = readKey(text.slice(start, at + 1));
      if (keys.has(key)) fail(`the header names ${quote(key)} twice`);
      keys.add(key);
    }
  }
}

const maxNesting = 3;

function readKey(text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    fail(`byte 8: the header is not JSON (the key ${text.slice(0, 40)})`);
  }
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}

function isKey(text: string, after: number): boolean {
  while (" \t\n\r".includes(text[after])) after++;
  return text[after] === ":";
}

function readEntry(name: string, value: unknown, file: { start: number; length: number }): Entry {
  if (!isRecord(value)) fail(`tensor ${quote(name)}: its entry is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const size = typeof dtype === "string" ? elementBytes.get(dtype) : undefined;
  if (typeof dtype !== "string" || size === undefined)
    fail(`tensor ${quote(name)}: unknown dtype ${typeof dtype === "string" ? quote(dtype) : `(${typeof dtype})`}`);
  if (!isCounts(shape)) fail(`tensor ${quote(name)}: its shape is not a list of sizes`);
  if (shape.length > maxDims) fail(`tensor ${quote(name)}: ${shape.length} dimensions, at most ${maxDims} are read`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    fail(`tensor ${quote(name)}: its data_offsets are not [begin, end]`);
  const [begin, end] = offsets.map((offset) => file.start + offset);
  if (end > file.length)
    fail(
      `tensor ${quote(name)}: its data would end at byte ${end}, but the file ends at byte ${file.length}; is it cut off?`,
    );
  const expected = shape.reduce((product, dim) => product * dim, size);
  if (expected !== end - begin)
    fail(
      `tensor ${quote(name)}: ${dtype}[${shape.join(", ")}] takes ${expected} bytes, but its data_offsets hold ${end - begin}`,
    );
  return { name, dtype, shape, begin, end };
}

/** Throws unless the tensors cover the data byte for byte: an overlap or a hole is a sign of damage, or could hide data. */
function checkCover(entries: readonly Entry[], start: number, length: number): void {
  let at = start;
  let before = "the header";
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < at) fail(`byte ${begin}: tensor ${quote(name)} overlaps ${before}`);
    if (begin > at) fail(`byte ${at}: a hole of ${begin - at} bytes between ${before} and tensor ${quote(name)}`);
    at = end;
    before = `tensor ${quote(name)}`;
  }
  if (at < length) fail(`byte ${at}: ${length - at} bytes after ${before} that belong to no tensor`);
}

export const quote = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name);

/** Sets a property, also one named __proto__, for which an assignment would set the prototype. */
function define(record: Record<string, string>, key: string, value: string): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => isWhole(size, { from: 0 }));
}
