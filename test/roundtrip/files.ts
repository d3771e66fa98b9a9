// The three files of a model that was stopped in the middle of training; test/fixtures/pytorch/roundtrip.py says what is in them.
// Bytes here, so that whoever has a file system reads and writes them.
import type { Tensor } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { make, type Name, type Trained } from "./models.ts";

export const parts = ["", ".optimizer", ".run"] as const;
export type Part = (typeof parts)[number];

export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** What can be said of it from outside: what it makes of an input in use, and how training goes on. */
export interface Run {
  readonly input: Tensor;
  readonly output: Tensor;
  readonly batches: readonly Batch[];
  readonly losses: Tensor;
}

/** Model and optimiser as a file has them, strictly. */
export function restore(name: Name, read: (part: Part) => Uint8Array): Trained {
  const trained = make(name);
  trained.model.loadStateDict(readSafetensors(read("")).tensors);
  trained.optimizer.loadStateDict(readSafetensors(read(".optimizer")).tensors);
  return trained;
}

export function readRun(bytes: Uint8Array): Run {
  const { tensors } = readSafetensors(bytes);
  const named = (name: string): Tensor => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`the run has no ${name}`);
    return found;
  };
  const count = [...tensors.keys()].filter((name) => name.endsWith(".x")).length;
  const batches = Array.from({ length: count }, (_, i) => ({ x: named(`batches.${i}.x`), y: named(`batches.${i}.y`) }));
  return { input: named("input"), output: named("output"), batches, losses: named("losses") };
}

export function writeRun({ input, output, batches, losses }: Run): Uint8Array {
  const entries = batches.flatMap(({ x, y }, i): [string, Tensor][] => [
    [`batches.${i}.x`, x],
    [`batches.${i}.y`, y],
  ]);
  return writeSafetensors(new Map([["input", input], ["output", output], ["losses", losses], ...entries]));
}

/** A tensor as a safetensors file has it. */
export interface Raw {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** By the format's definition and with none of chainrule's own reading, to judge what it wrote. */
export function rawTensors(file: Uint8Array): Map<string, Raw> {
  const start = 8 + Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  const { __metadata__: _, ...entries } = JSON.parse(new TextDecoder().decode(file.subarray(8, start)));
  const named = Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(entries);
  return new Map(
    named.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        return [name, { dtype, shape, bytes: new Uint8Array(file.subarray(start + begin, start + end)) }];
      },
    ),
  );
}
