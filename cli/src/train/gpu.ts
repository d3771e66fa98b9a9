// --device: whether the steps of a training run on the GPU, and what is said of it.
import { type ChainruleError, gpuReady } from "chainrule";
import { BadInput } from "../failure.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { TrainOptions } from "./job.ts";

/** The names that --device takes; the first is the default. */
export const deviceNames = ["cpu", "auto", "gpu"] as const;

/** Where the steps run. */
export interface Computing {
  readonly device: "wasm" | "webgpu";
  /** What is said of the device, in words; null where the threads say it all. */
  readonly words: string | null;
}

/** Opens the GPU if it is asked for. Throws BadInput where there is none and --device gpu was typed, and where other options do not allow it. */
export async function chooseDevice({ device = "cpu", backend, folds }: TrainOptions): Promise<Computing> {
  if (device === "cpu") return { device: "wasm", words: null };
  if (backend !== undefined)
    throw new BadInput(`--device ${device}: is not for --backend ${backend}; leave out one of them`);
  if (device === "gpu" && folds !== undefined)
    throw new BadInput("--folds: runs on the processor; leave out --device gpu");
  const { available, adapter, software, reason } = await gpuReady();
  if (device === "gpu") {
    if (!available) throw new BadInput(`--device gpu: ${reason}`);
    return { device: "webgpu", words: gpuWords(adapter, software) };
  }
  if (available && !software) return { device: "webgpu", words: gpuWords(adapter, software) };
  return { device: "wasm", words: available ? `no GPU: ${adapter} computes on the processor` : `no GPU: ${reason}` };
}

/** What is said where the GPU cannot go on with a training; null for an error that is not the GPU's. */
export function gpuFailureWords(
  { code, words }: ChainruleError,
  checkpoints: Pick<Checkpoints, "written" | "file">,
): string | null {
  if (code === "memory")
    return `--device gpu: ${words.split("; ")[0]}. A smaller --batch-size may fit, and --device cpu trains on the processor`;
  if (code !== "device") return null;
  const [lost] = words.split(", and what lived there");
  const next = checkpoints.written ? `--resume ${checkpoints.file} goes on from the last checkpoint` : "Start it again";
  return `--device gpu: ${lost}. ${next}; --device cpu trains on the processor`;
}

const gpuWords = (adapter: string | null, software: boolean): string =>
  software ? `${adapter}, a GPU in software, which computes on the processor` : `the GPU ${adapter}`;

/** Throws BadInput where a training cannot run on the GPU. */
export function checkWhole({ device }: TrainOptions, isWhole: boolean): void {
  if (device === "gpu" && !isWhole)
    throw new BadInput("--device gpu: trains whole nets, and this one is pretrained; add --from none");
}
