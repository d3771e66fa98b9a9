// XLA as an oracle: a Python process with JAX runs the modules that tests write. Tests and scripts wait for each answer, as they would for a
// function, so that everything that takes a backend of compile can be held against it.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Tensor, tensor } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { cure, findJax } from "../../scripts/jax.js";
import type { NDArray } from "../../src/tensor/dtype.ts";

interface TypeOf {
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface Module {
  readonly text: string;
  readonly arguments: readonly (TypeOf & { readonly donatedTo: number | null })[];
  readonly results: readonly TypeOf[];
}

export class Oracle {
  readonly #folder = mkdtempSync(join(tmpdir(), "chainrule-xla-"));
  readonly #requests: number;
  readonly #answers: number;
  #count = 0;

  constructor() {
    const found = findJax();
    if (found.python === null) throw new Error(`StableHLO was not run: ${found.reason}. ${cure}`);
    const [requests, answers] = ["requests", "answers"].map((name) => join(this.#folder, name));
    execFileSync("mkfifo", [requests, answers]);
    const script = join(import.meta.dirname, "run_stablehlo.py");
    const child = spawn(found.python, [script, "--serve", requests, answers], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.unref();
    this.#requests = openSync(requests, "w");
    this.#answers = openSync(answers, "r");
  }

  /** Compiles a module. The function that it returns runs it; its results have the order of the module's. */
  load({ text, arguments: types, results }: Module): (values: readonly NDArray[]) => NDArray[] {
    const id = this.#count++;
    this.#ask({ id, text, arguments: types, results }, []);
    return (values) => this.#ask({ id }, values).map(({ shape, dtype, data }) => ({ shape, dtype, data }));
  }

  /** Throws with the words of JAX's parser of StableHLO if it does not take the text of a module. */
  verify(text: string): void {
    this.#ask({ verify: text }, []);
  }

  /** Runs a module once. */
  run(module: Module, values: readonly NDArray[]): NDArray[] {
    const results = this.load(module)(values);
    this.#ask({ id: this.#count - 1, forget: true }, []);
    return results;
  }

  /** Ends the process. */
  close(): void {
    closeSync(this.#requests);
    closeSync(this.#answers);
    rmSync(this.#folder, { recursive: true });
  }

  #ask(header: object, values: readonly NDArray[]): Tensor[] {
    const named = values.map(({ shape, dtype, data }, i) => [`${i}`, tensor(data, { shape, dtype })] as const);
    const [text, bytes] = [Buffer.from(JSON.stringify(header)), writeSafetensors(new Map(named))];
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32LE(text.length, 0);
    sizes.writeUInt32LE(bytes.length, 4);
    this.#send(Buffer.concat([sizes, text, bytes]));
    const lengths = this.#receive(8);
    const answer: { readonly error?: string } = JSON.parse(this.#receive(lengths.readUInt32LE(0)).toString());
    const { tensors } = readSafetensors(new Uint8Array(this.#receive(lengths.readUInt32LE(4))));
    if (answer.error !== undefined) throw new Error(answer.error);
    return Array.from({ length: tensors.size }, (_, i) => {
      const found = tensors.get(`${i}`);
      if (found === undefined) throw new Error(`the answer has no result ${i}`);
      return found;
    });
  }

  #send(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#requests, bytes, at);
  }
  #receive(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; ) {
      const count = readSync(this.#answers, bytes, at, length - at, null);
      if (count === 0) throw new Error("the Python process ended");
      at += count;
    }
    return bytes;
  }
}
