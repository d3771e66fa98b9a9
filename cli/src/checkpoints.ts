// A file beside the model's that training can go on from whatever happens to the process: at the end of each epoch, and at
// intervals within it. It is written whole or not at all, so that there is always a last one. When the model itself is saved it is gone.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { FitEvent } from "chainrule/train";

/** "m.safetensors" -> "m.checkpoint.safetensors" */
export function checkpointOf(model: string): string {
  const extension = extname(model);
  return `${model.slice(0, model.length - extension.length)}.checkpoint${extension}`;
}

/** And back; a file that is no checkpoint is the model itself. */
export function modelOf(file: string): string {
  const [, stem, extension] = /^(.*[^/\\])\.checkpoint(\.[^./\\]*)?$/.exec(file) ?? [];
  return stem === undefined ? file : stem + (extension ?? "");
}

export interface CheckpointOptions {
  /** Between two checkpoints within an epoch. */
  readonly seconds: number;
  /** Whether epochs end with their validation. */
  readonly validated: boolean;
  readonly write: (file: string) => Promise<void>;
}

export class Checkpoints {
  readonly file: string;
  readonly #options: CheckpointOptions;
  #last = performance.now();
  #written = false;

  constructor(file: string, options: CheckpointOptions) {
    this.file = file;
    this.#options = options;
  }

  /** Whether there is one of this run. */
  get written(): boolean {
    return this.#written;
  }

  async see({ type }: FitEvent): Promise<void> {
    const { seconds, validated, write } = this.#options;
    const endsEpoch = type === (validated ? "validation" : "epoch");
    if (!endsEpoch && !(type === "step" && performance.now() - this.#last >= 1000 * seconds)) return;
    await write(this.file);
    this.#written = true;
    this.#last = performance.now();
  }

  remove(): void {
    if (existsSync(this.file)) rmSync(this.file);
  }
}

/** What processes that were killed while they wrote this file have left beside it. */
export function removeLeftovers(file: string): void {
  const folder = dirname(file);
  const begins = `.${basename(file)}.`;
  for (const name of readdirSync(folder)) {
    const id = name.startsWith(begins) ? /^(\d+)\.partial$/.exec(name.slice(begins.length))?.[1] : undefined;
    if (id !== undefined && !isRunning(Number(id))) rmSync(join(folder, name), { force: true });
  }
}

function isRunning(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
