// Reads one mutated file after the other and reports faults of the reader: an error that is not documented, more memory than the file
// explains, or too much time.
import { ChainruleError } from "../../src/errors/error.ts";
import { allocations } from "./allocations.ts";
import { mutate, pick, randomFrom } from "./mutate.ts";
import type { Target } from "./targets.ts";

export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly problem: string;
  readonly file: Uint8Array;
}

/** The mutated file that a seed gives. */
export function fileOf(target: Target, seed: number): Uint8Array {
  const random = randomFrom(seed);
  const file = mutate(pick(random, target.seeds), random);
  return target.repair?.(file, random) ?? file;
}

const longest = 5000;

/** The fault of the reader; null where the file was read, or refused with a documented error. */
export async function survive(target: Target, seed: number): Promise<Finding | null> {
  const file = fileOf(target, seed);
  const found = (problem: string): Finding => ({ target: target.name, seed, problem, file });
  let error: unknown = null;
  const before = file.slice();
  const began = performance.now();
  const { total } = await allocations(async () => {
    try {
      await target.read(file);
    } catch (thrown) {
      error = thrown;
    }
  });
  const took = performance.now() - began;
  if (error !== null && !(error instanceof ChainruleError && target.message.test(error.message)))
    return found(error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error));
  const allowed = await target.allowance(file);
  if (total > allowed) return found(`allocates ${total} bytes, ${allowed} are allowed`);
  if (took > longest) return found(`takes ${took.toFixed(0)} ms`);
  if (before.some((byte, i) => byte !== file[i])) return found("changes the file's bytes");
  return null;
}

export const tell = ({ target, seed, problem, file }: Finding) =>
  `${target}, seed ${seed}: ${problem}\n  ${Buffer.from(file.subarray(0, 4096)).toString("hex")}`;
