// A small assembler: WebAssembly modules, byte by byte. A module is written in one go, functions as callbacks that push
// instructions; the names section tells profilers which kernel is which. (WebAssembly Core Specification, "Binary Format".)
import {
  type Instruction,
  type LaneInstruction,
  type LaneMemoryInstruction,
  laneMemoryOpcodes,
  laneOpcodes,
  type MemoryInstruction,
  memoryOpcodes,
  opcodes,
} from "./opcodes.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

const typeCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const satisfies Record<
  ValueType,
  number
>;

/** A parameter or a local of the function that is being written. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** A function of the module, imported or its own. */
export interface Function {
  readonly index: number;
  readonly name: string;
}

/** LEB128, unsigned: seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

/** LEB128, signed, for values of up to 64 bits. */
function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = Number(value & 0x7fn);
    value >>= 7n;
    const done = (value === 0n && (low & 0x40) === 0) || (value === -1n && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

const text = (name: string): number[] => {
  const bytes = new TextEncoder().encode(name);
  return [...unsigned(bytes.length), ...bytes];
};

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];

/** The body of a function: each method pushes one instruction. */
export class Code {
  readonly #bytes: number[] = [];
  readonly #locals: ValueType[] = [];
  readonly #parameters: number;
  #depth = 0;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  local(type: ValueType): Local {
    this.#locals.push(type);
    return { index: this.#parameters + this.#locals.length - 1, type };
  }
  get(local: Local): this {
    return this.#push(0x20, ...unsigned(local.index));
  }
  set(local: Local): this {
    return this.#push(0x21, ...unsigned(local.index));
  }
  tee(local: Local): this {
    return this.#push(0x22, ...unsigned(local.index));
  }

  op(...names: Instruction[]): this {
    for (const name of names) this.#push(...opcodes[name]);
    return this;
  }
  /** `offset` is in bytes and not negative; `align` is log2 of what the address is a multiple of, the natural alignment if left out. */
  memory(name: MemoryInstruction, offset = 0, align: number = memoryOpcodes[name].align): this {
    return this.#push(...memoryOpcodes[name].code, ...unsigned(align), ...unsigned(offset));
  }
  laneMemory(name: LaneMemoryInstruction, lane: number, offset = 0): this {
    return this.#push(
      ...laneMemoryOpcodes[name].code,
      ...unsigned(laneMemoryOpcodes[name].align),
      ...unsigned(offset),
      lane,
    );
  }
  lane(name: LaneInstruction, lane: number): this {
    return this.#push(...laneOpcodes[name], lane);
  }
  /** 16 lane numbers: below 16 of the first vector, from 16 on of the second. */
  shuffle(lanes: readonly number[]): this {
    return this.#push(0xfd, 0x0d, ...lanes);
  }

  i32(value: number): this {
    return this.#push(0x41, ...signed(BigInt(value | 0)));
  }
  i64(value: bigint): this {
    return this.#push(0x42, ...signed(BigInt.asIntN(64, value)));
  }
  f32(value: number): this {
    return this.#push(0x43, ...new Uint8Array(Float32Array.of(value).buffer));
  }
  f64(value: number): this {
    return this.#push(0x44, ...new Uint8Array(Float64Array.of(value).buffer));
  }
  /** One float32 in all four lanes. */
  f32x4(value: number): this {
    const bytes = new Uint8Array(Float32Array.of(value).buffer);
    return this.#push(0xfd, 0x0c, ...bytes, ...bytes, ...bytes, ...bytes);
  }
  /** One int32 in all four lanes. */
  i32x4(value: number): this {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    return this.#push(0xfd, 0x0c, ...bytes, ...bytes, ...bytes, ...bytes);
  }

  call(callee: Function): this {
    return this.#push(0x10, ...unsigned(callee.index));
  }

  /** Labels are depths at which a block was opened: br(label) leaves a block, and repeats a loop. */
  block(body: (label: number) => void): this {
    return this.#nest([0x02, 0x40], body);
  }
  loop(body: (label: number) => void): this {
    return this.#nest([0x03, 0x40], body);
  }
  if(then: () => void, otherwise?: () => void): this {
    this.#push(0x04, 0x40);
    this.#depth++;
    then();
    if (otherwise) {
      this.#push(0x05);
      otherwise();
    }
    this.#depth--;
    return this.#push(0x0b);
  }
  br(label: number): this {
    return this.#push(0x0c, ...unsigned(this.#depth - label));
  }
  brIf(label: number): this {
    return this.#push(0x0d, ...unsigned(this.#depth - label));
  }
  /** Orders memory accesses between threads. */
  fence(): this {
    return this.#push(0xfe, 0x03, 0x00);
  }

  /** for (i = from; i < to; i += step), tested before the first round; from and to push an i32. */
  for(i: Local, from: () => void, to: () => void, step: number, body: () => void): this {
    from();
    this.set(i);
    return this.block((done) => {
      this.loop((again) => {
        this.get(i);
        to();
        this.op("i32.ge_s").brIf(done);
        body();
        this.get(i).i32(step).op("i32.add").set(i).br(again);
      });
    });
  }

  bytes(): number[] {
    const groups: number[][] = this.#locals.map((type) => [1, typeCodes[type]]);
    const body = [...vector(groups), ...this.#bytes, 0x0b];
    return [...unsigned(body.length), ...body];
  }

  #nest(open: readonly number[], body: (label: number) => void): this {
    this.#push(...open);
    this.#depth++;
    body(this.#depth);
    this.#depth--;
    return this.#push(0x0b);
  }
  #push(...bytes: number[]): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }
}

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface Memory {
  /** In pages of 64 KiB. */
  readonly initial: number;
  readonly maximum: number;
  readonly shared: boolean;
}

/** A module that imports its memory as "env" "memory". Imported functions are declared before the module's own. */
export class Module {
  readonly #types: number[][] = [];
  readonly #imports: number[][] = [];
  readonly #importedFunctions: string[] = [];
  readonly #functions: { readonly name: string; readonly type: number; readonly body: number[] }[] = [];
  readonly #exports: number[][] = [];

  constructor({ initial, maximum, shared }: Memory) {
    this.#imports.push([
      ...text("env"),
      ...text("memory"),
      0x02,
      shared ? 0x03 : 0x01,
      ...unsigned(initial),
      ...unsigned(maximum),
    ]);
  }

  import(from: string, name: string, { parameters, results }: Signature): Function {
    if (this.#functions.length > 0) throw new Error(`internal: import ${name} comes after a function`);
    this.#imports.push([...text(from), ...text(name), 0x00, ...unsigned(this.#type({ parameters, results }))]);
    this.#importedFunctions.push(`${from}.${name}`);
    return { index: this.#importedFunctions.length - 1, name };
  }

  /** Writes a function; body gets its code and its parameters, and leaves its results on the stack. */
  function(name: string, signature: Signature, body: (code: Code, ...parameters: Local[]) => void): Function {
    const { parameters } = signature;
    const code = new Code(parameters.length);
    const index = this.#importedFunctions.length + this.#functions.length;
    body(code, ...parameters.map((type, place): Local => ({ index: place, type })));
    if (index !== this.#importedFunctions.length + this.#functions.length)
      throw new Error(`internal: ${name} was written while another function was`);
    this.#functions.push({ name, type: this.#type(signature), body: code.bytes() });
    return { index, name };
  }

  export(name: string, callee: Function): void {
    this.#exports.push([...text(name), 0x00, ...unsigned(callee.index)]);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
    const names = [...this.#importedFunctions, ...this.#functions.map(({ name }) => name)];
    const functionNames = vector(names.map((name, index) => [...unsigned(index), ...text(name)]));
    const head = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    const sections = [
      section(1, vector(this.#types)),
      section(2, vector(this.#imports)),
      section(3, vector(this.#functions.map(({ type }) => unsigned(type)))),
      section(7, vector(this.#exports)),
      section(10, vector(this.#functions.map(({ body }) => body))),
      section(0, [...text("name"), ...section(1, functionNames)]),
    ];
    return Uint8Array.from([head, ...sections].flat());
  }

  #type({ parameters, results }: Signature): number {
    const bytes = [
      0x60,
      ...vector(parameters.map((type) => [typeCodes[type]])),
      ...vector(results.map((type) => [typeCodes[type]])),
    ];
    const known = this.#types.findIndex(
      (type) => type.length === bytes.length && type.every((byte, i) => byte === bytes[i]),
    );
    return known >= 0 ? known : this.#types.push(bytes) - 1;
  }
}
