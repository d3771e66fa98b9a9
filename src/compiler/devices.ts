// Devices that have to be opened before their backend can prepare programs, which takes time: a GPU. Whoever trains opens them by the name of
// their backend; the compiler knows none of them.
import type { BackendName } from "./backend.ts";

/** What a device's own function, such as gpuReady(), tells. */
export interface DeviceStatus {
  readonly available: boolean;
  /** Whether it is a device by name only: it computes on the processor. */
  readonly software: boolean;
  readonly reason: string | null;
}

const devices = new Map<BackendName, () => Promise<DeviceStatus>>();

/** Registers how a backend's device is opened; the backend itself may be registered when that is done. */
export function registerDevice(name: BackendName, open: () => Promise<DeviceStatus>): void {
  devices.set(name, open);
}

/** Whether the device of a backend has to be opened. */
export const needsOpening = (name: BackendName): boolean => devices.has(name);

/** Opens the device of a backend; null if it needs no opening. */
export async function openDevice(name: BackendName): Promise<DeviceStatus | null> {
  return (await devices.get(name)?.()) ?? null;
}
