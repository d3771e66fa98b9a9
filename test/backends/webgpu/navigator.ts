// navigator.gpu of tests: other adapters, and devices that go wrong.
import type { Gpu, GpuAdapter, GpuDevice } from "../../../src/backends/webgpu/gpu.ts";

/** Calls f while navigator.gpu is this object. */
export async function withNavigator<T>(gpu: Gpu, f: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  try {
    return await f();
  } finally {
    Reflect.deleteProperty(globalThis, "navigator");
    if (before !== undefined) Object.defineProperty(globalThis, "navigator", before);
  }
}

/** The adapter of the tests, as it is. */
export async function realAdapter(): Promise<GpuAdapter> {
  const name: string = "webgpu";
  const { create } = (await import(name)) as { readonly create: (options: readonly string[]) => Gpu };
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("there is no adapter");
  alive.add(gpu);
  return adapter;
}

/** An adapter lives no longer than the object that gave it. */
const alive = new Set<Gpu>();

/** An object with some of its methods changed; the others are called on the object itself. */
export const changed = <T extends object>(object: T, changes: Partial<T>): T =>
  new Proxy(object, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return Reflect.get(changes, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });

/** navigator.gpu with the real adapter, whose device is changed. */
export async function changedGpu(change: (device: GpuDevice) => Partial<GpuDevice>): Promise<Gpu> {
  const adapter = await realAdapter();
  const requestDevice: GpuAdapter["requestDevice"] = async (request) => {
    const device = await adapter.requestDevice(request);
    return changed(device, change(device));
  };
  return { requestAdapter: () => Promise.resolve(changed(adapter, { requestDevice })) };
}
