// Tensors whose contents live on a device, such as a GPU or the processes of XLA. Reading them waits: `await x.read()` brings a copy of one
// tensor to host memory, and settle() moves tensors, modules and optimisers there. Whatever needs contents at once asks contentsFor(),
// which throws for such a tensor and says what to await.
import { ChainruleError } from "../errors/error.ts";
import { describe, type Type, type TypedArray } from "./dtype.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** The contents of a tensor on a device. A backend has a class of its own, with the handle by which its device knows them. */
export abstract class DeviceStorage implements Storage {
  readonly uniform = null;
  /** The device's name for people: "XLA (2 CPU devices)". */
  abstract readonly device: string;

  /** Throws: only read() brings contents from a device. */
  get data(): TypedArray {
    throw new ChainruleError("device", "data", `the contents live on ${this.device}; ${cure}`, { device: this.device });
  }
  abstract read(): Promise<TypedArray>;
  abstract share(): Storage;
}

const cure = "read a copy with `await x.read()`, or bring the tensor to host memory with `await settle(x)`";

/** Throws a ChainruleError "device" if the contents of the tensor, which `call` needs at once, live on a device. */
export function checkHere(call: string, tensor: Tensor): void {
  const { device } = tensor.storage;
  if (device !== undefined)
    throw new ChainruleError("device", call, `${describe(tensor)} lives on ${device}; ${cure}`, { device });
}

/** The contents of a tensor that `call` needs at once. Throws a ChainruleError "device" if they live on a device. */
export function contentsFor(call: string, tensor: Tensor): TypedArray {
  checkHere(call, tensor);
  return tensor.storage.data;
}

/** The error about contents that were lost with their holder: "the GPU", "the runner". */
export const lostContents = (tensor: Type, holder: string, cause: unknown): ChainruleError =>
  new ChainruleError(
    "state",
    "compile",
    `${describe(tensor)} was lost with ${holder} that held it; load it again, from a checkpoint or a file`,
    {},
    { cause },
  );
