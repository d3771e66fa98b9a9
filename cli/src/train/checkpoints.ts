// The checkpoint: a file beside the model's, from which training can go on after the process was killed. It is written at the end of each
// epoch and at intervals within it, whole or not at all, so that the last one always loads. It is removed when the model is saved.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { systemCode } from "chainrule/node";
import type { FitEvent } from "chainrule/train";

export const defaultCheckpointSeconds = 30;

/** "m.safetensors" -> "m.checkpoint.safetensors" */
export function checkpointOf(model: string): string {
  const extension = extname(model);
  return `${model.slice(0, model.length - extension.length)}.checkpoint${extension}`;
}

/** The reverse of checkpointOf; a name that is not a checkpoint's is the model's own. */
export function modelOf(file: string): string {
  const [, stem, extension] = /^(.*[^/\\])\.checkpoint(\.[^./\\]*)?$/.exec(file) ?? [];
  return stem === undefined ? file : stem + (extension ?? "");
}

export interface CheckpointOptions {
  /** Seconds between two checkpoints within an epoch. */
  readonly seconds: number;
  /** Whether each epoch ends with a validation. */
  readonly validated: boolean;
  /** Whether the weights belong to the event: steps on a GPU run ahead of their events. */
  readonly isPossible?: () => boolean;
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

  /** Whether this run has written a checkpoint. */
  get written(): boolean {
    return this.#written;
  }

  /** Writes a checkpoint where the event is the end of an epoch, or a step after the interval. */
  async see({ type }: FitEvent): Promise<void> {
    const { seconds, validated, isPossible, write } = this.#options;
    const endsEpoch = type === (validated ? "validation" : "epoch");
    const isDue = type === "step" && performance.now() - this.#last >= 1000 * seconds && (isPossible?.() ?? true);
    if (!endsEpoch && !isDue) return;
    await write(this.file);
    this.#written = true;
    this.#last = performance.now();
  }

  remove(): void {
    if (existsSync(this.file)) rmSync(this.file);
  }
}

/** Removes the partial files that processes left beside this file when they were killed while writing it. */
export function removeLeftovers(file: string): void {
  const folder = dirname(file);
  const begins = `.${basename(file)}.`;
  for (const name of readdirSync(folder)) {
    const id = name.startsWith(begins) ? /^(\d+)\.partial$/.exec(name.slice(begins.length))?.[1] : undefined;
    if (id !== undefined && !isRunning(Number(id))) rmSync(join(folder, name), { force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}
