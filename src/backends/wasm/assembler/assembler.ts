// A small assembler for WebAssembly modules (WebAssembly Core Specification, "Binary Format"). A module is written in one pass; the body of
// a function is a callback that appends instructions. The name section gives profilers the names of the kernels.
import { internal } from "../../../errors/error.ts";
import { Bytes } from "./bytes.ts";
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

const numberView = new DataView(new ArrayBuffer(8));

/** The bits of a float32. */
function asFloat32(value: number): number {
  numberView.setFloat32(0, value, true);
  return numberView.getInt32(0, true);
}

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

/** The body of a function: most methods append one instruction. */
export class Code {
  readonly #bytes = new Bytes();
  readonly #locals: ValueType[] = [];
  readonly #parameters: number;
  #depth = 0;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  /** Declares a new local. */
  local(type: ValueType): Local {
    this.#locals.push(type);
    return { index: this.#parameters + this.#locals.length - 1, type };
  }
  get(local: Local): this {
    this.#bytes.pair(0x20, local.index);
    return this;
  }
  set(local: Local): this {
    this.#bytes.pair(0x21, local.index);
    return this;
  }
  tee(local: Local): this {
    this.#bytes.pair(0x22, local.index);
    return this;
  }

  /** Appends instructions without immediates. */
  op(...names: Instruction[]): this {
    for (let i = 0; i < names.length; i++) this.#bytes.list(opcodes[names[i]]);
    return this;
  }
  /**
   * Appends a load or store. `offset` is in bytes, not negative; `align` is log₂ of the address's alignment in bytes, by default the
   * natural one.
   */
  memory(name: MemoryInstruction, offset = 0, align: number = memoryOpcodes[name].align): this {
    this.#bytes.list(memoryOpcodes[name].code).pair(align, offset);
    return this;
  }
  /** Appends a load or store of one lane. */
  laneMemory(name: LaneMemoryInstruction, lane: number, offset = 0): this {
    const { code, align } = laneMemoryOpcodes[name];
    this.#bytes.list(code).pair(align, offset).byte(lane);
    return this;
  }
  /** Appends an instruction that reads or replaces one lane. */
  lane(name: LaneInstruction, lane: number): this {
    this.#bytes.list(laneOpcodes[name]).byte(lane);
    return this;
  }
  /** Appends i8x16.shuffle with 16 byte indices: 0 to 15 are of the first vector, 16 to 31 of the second. */
  shuffle(lanes: readonly number[]): this {
    return this.#push([0xfd, 0x0d, ...lanes]);
  }

  /** Appends i8x16.shuffle of four words of 32 bits: 0 to 3 are of the first vector, 4 to 7 of the second. */
  shuffleWords(words: readonly number[]): this {
    this.#bytes.byte(0xfd).byte(0x0d);
    for (const word of words) this.#bytes.list([4 * word, 4 * word + 1, 4 * word + 2, 4 * word + 3]);
    return this;
  }

  i32(value: number): this {
    this.#bytes.byte(0x41).signed(value | 0);
    return this;
  }
  i64(value: bigint): this {
    this.#bytes.byte(0x42).signed64(BigInt.asIntN(64, value));
    return this;
  }
  f32(value: number): this {
    this.#bytes.byte(0x43);
    return this.#word(asFloat32(value), 1);
  }
  f64(value: number): this {
    this.#bytes.byte(0x44);
    numberView.setFloat64(0, value, true);
    return this.#word(numberView.getInt32(0, true), 1).#word(numberView.getInt32(4, true), 1);
  }
  /** Pushes one float32 in all four lanes. */
  f32x4(value: number): this {
    this.#bytes.byte(0xfd).byte(0x0c);
    return this.#word(asFloat32(value), 4);
  }
  /** Pushes one int32 in all four lanes. */
  i32x4(value: number): this {
    this.#bytes.byte(0xfd).byte(0x0c);
    return this.#word(value, 4);
  }

  /** Pushes four int32. */
  int32s(...lanes: readonly [number, number, number, number]): this {
    return this.#push([0xfd, 0x0c, ...new Uint8Array(Int32Array.from(lanes).buffer)]);
  }

  call(callee: Function): this {
    return this.#indexed(0x10, callee.index);
  }

  /** Opens a block. Its label is the depth at which it is opened; br(label) leaves a block, or repeats a loop. */
  block(body: (label: number) => void): this {
    return this.#nest([0x02, 0x40], body);
  }
  loop(body: (label: number) => void): this {
    return this.#nest([0x03, 0x40], body);
  }
  if(then: () => void, otherwise?: () => void): this {
    this.#push([0x04, 0x40]);
    this.#depth++;
    then();
    if (otherwise) {
      this.#push([0x05]);
      otherwise();
    }
    this.#depth--;
    return this.#push([0x0b]);
  }
  br(label: number): this {
    return this.#indexed(0x0c, this.#depth - label);
  }
  brIf(label: number): this {
    return this.#indexed(0x0d, this.#depth - label);
  }

  /** for (i = from; i < to; i += step), tested before the first iteration; from and to push an i32. */
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

  /** Appends the encoded function to a section: length, locals, body. */
  appendTo(section: Bytes): void {
    const locals = new Bytes().unsigned(this.#locals.length);
    for (const type of this.#locals) locals.byte(1).byte(typeCodes[type]);
    section.unsigned(locals.length + this.#bytes.length + 1);
    section.append(locals.view()).append(this.#bytes.view()).byte(0x0b);
  }

  #nest(open: readonly number[], body: (label: number) => void): this {
    this.#push(open);
    this.#depth++;
    body(this.#depth);
    this.#depth--;
    return this.#push([0x0b]);
  }
  /** Appends 32 bits, little-endian, as often as told. */
  #word(word: number, times: number): this {
    const bytes = [word & 255, (word >> 8) & 255, (word >> 16) & 255, (word >> 24) & 255];
    for (let i = 0; i < times; i++) this.#bytes.list(bytes);
    return this;
  }
  #push(bytes: readonly number[]): this {
    this.#bytes.list(bytes);
    return this;
  }
  #indexed(code: number, index: number): this {
    this.#bytes.pair(code, index);
    return this;
  }
}

/** The type of a function. */
interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** The limits of a memory. */
export interface Memory {
  /** Sizes in pages of 64 KiB. */
  readonly initial: number;
  readonly maximum: number;
  readonly shared: boolean;
}

/** A module that imports its memory as "env" "memory". All imported functions have to be declared before the module's own functions. */
export class Module {
  readonly #types: Bytes[] = [];
  readonly #typeIndices = new Map<string, number>();
  readonly #imports: Bytes[] = [];
  readonly #importedFunctions: string[] = [];
  readonly #functions: { readonly name: string; readonly type: number }[] = [];
  /** The encoded functions, one after the other. */
  readonly #code = new Bytes();
  readonly #exports = new Bytes();
  #exported = 0;

  constructor({ initial, maximum, shared }: Memory) {
    const limits = shared ? 0x03 : 0x01;
    const entry = new Bytes().text("env").text("memory").byte(0x02).byte(limits);
    this.#imports.push(entry.unsigned(initial).unsigned(maximum));
  }

  /** Declares an imported function. */
  import(from: string, name: string, { parameters, results }: Signature): Function {
    if (this.#functions.length > 0) throw internal(`the import ${name} is declared after a function was written`);
    this.#imports.push(new Bytes().text(from).text(name).byte(0x00).unsigned(this.#type({ parameters, results })));
    this.#importedFunctions.push(`${from}.${name}`);
    return { index: this.#importedFunctions.length - 1, name };
  }

  /** Writes a function: `body` receives its code and its parameters, and leaves its results on the stack. */
  function(name: string, signature: Signature, body: (code: Code, ...parameters: Local[]) => void): Function {
    const { parameters } = signature;
    const code = new Code(parameters.length);
    const index = this.#importedFunctions.length + this.#functions.length;
    body(code, ...parameters.map((type, place): Local => ({ index: place, type })));
    if (index !== this.#importedFunctions.length + this.#functions.length)
      throw internal(`another function was written inside the body of ${name}`);
    this.#functions.push({ name, type: this.#type(signature) });
    code.appendTo(this.#code);
    return { index, name };
  }

  /** Exports a function. */
  export(name: string, callee: Function): void {
    this.#exports.text(name).byte(0x00).unsigned(callee.index);
    this.#exported++;
  }

  /** The encoded module. */
  bytes(): Uint8Array<ArrayBuffer> {
    const functions = new Bytes().unsigned(this.#functions.length);
    for (const { type } of this.#functions) functions.unsigned(type);
    const names = [...this.#importedFunctions, ...this.#functions.map(({ name }) => name)];
    const functionNames = new Bytes().unsigned(names.length);
    for (const [index, name] of names.entries()) functionNames.unsigned(index).text(name);
    const content = {
      types: new Bytes().vector(this.#types),
      imports: new Bytes().vector(this.#imports),
      functions,
      exports: new Bytes().unsigned(this.#exported).append(this.#exports.view()),
      code: new Bytes().unsigned(this.#functions.length).append(this.#code.view()),
      names: new Bytes().text("name").byte(1).sized(functionNames),
    };
    const module = new Bytes();
    for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) module.byte(byte);
    module.byte(1).sized(content.types).byte(2).sized(content.imports).byte(3).sized(content.functions);
    module.byte(7).sized(content.exports).byte(10).sized(content.code).byte(0).sized(content.names);
    return module.view();
  }

  #type({ parameters, results }: Signature): number {
    const key = `${parameters} -> ${results}`;
    const index = this.#typeIndices.get(key);
    if (index !== undefined) return index;
    const type = new Bytes().byte(0x60);
    for (const list of [parameters, results]) {
      type.unsigned(list.length);
      for (const valueType of list) type.byte(typeCodes[valueType]);
    }
    this.#typeIndices.set(key, this.#types.length);
    return this.#types.push(type) - 1;
  }
}
