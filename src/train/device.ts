// Where the programs of training and validation run.
import { gpuReady } from "../backends/webgpu/ready.ts";
import type { BackendName } from "../compiler/backend.ts";
import { ChainruleError } from "../errors/error.ts";
import type { ProcessOf } from "../tensor/share.ts";

/** "auto": the GPU where there is one, else WebAssembly. "xla" comes with the package chainrule-xla. */
export type Device = "auto" | "wasm" | "webgpu" | "xla";

/** Where programs run. */
export interface Placement {
  /**
   * Where programs run; default "wasm". "webgpu" throws where there is no GPU for programs; "auto" uses WebAssembly there, and in place of
   * an adapter that computes on the processor, or with checkFinite. On a device, weights live there during an epoch; training brings them to
   * host memory at all events but "step", and `await settle(model)` does at any time.
   */
  device?: Device | undefined;
  /** One of several processes that run each program together ("xla"): it makes only its own rows of each batch. Results are the same in all. */
  share?: ProcessOf | undefined;
  /** Maximal number of threads; default: all. Results do not depend on it. */
  threads?: number | undefined;
}

const devices: readonly Device[] = ["auto", "wasm", "webgpu", "xla"];

/** Throws if there is no device of this name. */
export function checkDevice(call: string, device: Device = "wasm"): void {
  if (!devices.includes(device))
    throw new ChainruleError("option", call, `there is no device ${String(device)}; there are ${devices.join(", ")}`, {
      option: "device",
      value: device,
    });
}

/**
 * Opens the device if that has to be waited for, and returns the backend of its programs. `onHost`: something else that was asked for runs in
 * host memory only. Throws a ChainruleError "device" if "webgpu" is asked for and there is no GPU for programs.
 */
export async function backendOf(
  call: string,
  device: Device = "wasm",
  { onHost = false }: { readonly onHost?: boolean } = {},
): Promise<BackendName> {
  checkDevice(call, device);
  if (device === "wasm" || device === "xla" || (device === "auto" && onHost)) return device === "xla" ? "xla" : "wasm";
  const { available, software, reason } = await gpuReady();
  if (device === "auto") return available && !software ? "webgpu" : "wasm";
  if (available) return "webgpu";
  throw new ChainruleError(
    "device",
    call,
    `there is no GPU for programs: ${reason}; device: "auto" uses WebAssembly where there is none`,
    { device },
  );
}
