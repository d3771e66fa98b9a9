// Where the programs of training and validation run.
import type { BackendName } from "../compiler/backend.ts";
import { ChainruleError } from "../errors/error.ts";
import type { ProcessOf } from "../tensor/share.ts";

/** "auto": the fastest that needs no waiting, WebAssembly. "xla" comes with the package chainrule-xla. */
export type Device = "auto" | "wasm" | "webgpu" | "xla";

/** Where programs run. */
export interface Placement {
  /**
   * Where programs run; default "auto". On a device, weights live there during an epoch; fit brings them to host memory at all events but
   * "step", and `await settle(model)` does at any time.
   */
  device?: Device | undefined;
  /** One of several processes that run each program together ("xla"): it makes only its own rows of each batch. Results are the same in all. */
  share?: ProcessOf | undefined;
  /** Maximal number of threads; default: all. Results do not depend on it. */
  threads?: number | undefined;
}

const backends: Readonly<Record<Device, BackendName>> = { auto: "wasm", wasm: "wasm", webgpu: "webgpu", xla: "xla" };

/** The backend of a device. Throws if there is none of this name. */
export function backendFor(call: string, device: Device = "auto"): BackendName {
  if (!Object.hasOwn(backends, device))
    throw new ChainruleError(
      "option",
      call,
      `there is no device ${String(device)}; there are ${Object.keys(backends).join(", ")}`,
      { option: "device", value: device },
    );
  return backends[device];
}
