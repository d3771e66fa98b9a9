// settle: brings tensors from a device back to host memory. Objects with tensors in private fields, such as optimisers, list them under the
// symbol `holdings`.
import { ChainruleError } from "../errors/error.ts";
import { shown, takes } from "./arguments.ts";
import { isTensor, strangeness } from "./copies.ts";
import { ArrayStorage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

/** The key of a method that lists all tensors of an object: parameters, buffers, state. */
export const holdings: unique symbol = Symbol.for("chainrule.holdings");

interface Holder {
  [holdings](): Iterable<Tensor>;
}

/** Whether settle() finds the tensors of an object by this method. */
export const isHolder = (value: object): value is Holder => holdings in value && typeof value[holdings] === "function";

/**
 * Brings what lives on a device back to host memory, so that `data`, `item()` and operations outside of compiled functions work again: a
 * tensor, a module, an optimizer, a state dict, or any nesting of them in lists, Maps, Sets and plain objects, with the gradients of their
 * tensors. Returns the same object. Contents that a program changes while they are read stay on the device. Throws a ChainruleError
 * "device" if the device was lost, and "type" for objects in which it cannot look for tensors.
 */
export function settle<T>(what: T): Promise<T> {
  takes("settle", arguments.length, 1);
  return settled(what);
}

async function settled<T>(what: T): Promise<T> {
  if (tracing() !== null)
    throw new ChainruleError("traced", "settle", "waits for a device, and a trace cannot wait; settle after the call");
  const found = new Set<Tensor>();
  collect(what, found, new Set());
  await Promise.all([...found].map(bringBack));
  return what;
}

async function bringBack(tensor: Tensor): Promise<void> {
  const { storage, version } = tensor;
  if (storage.device === undefined) return;
  const data = await storage.read();
  if (tensor.storage === storage && tensor.version === version) tensor.adoptStorage(new ArrayStorage(data));
}

function collect(value: unknown, found: Set<Tensor>, seen: Set<object>): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  const strange = strangeness(value);
  if (strange !== null) throw new ChainruleError("package", "settle", strange);
  if (isTensor(value)) {
    found.add(value);
    collect(value.grad, found, seen);
  } else if (isHolder(value)) for (const tensor of value[holdings]()) collect(tensor, found, seen);
  else for (const part of partsOf(value)) collect(part, found, seen);
}

function partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value)) return value;
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Map]") return (value as ReadonlyMap<unknown, unknown>).values();
  if (tag === "[object Set]") return value as ReadonlySet<unknown>;
  if (ArrayBuffer.isView(value)) return [];
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return Object.values(value);
  throw new ChainruleError(
    "type",
    "settle",
    `takes tensors, modules, optimizers, and lists, Maps, Sets and plain objects of them, not ${shown(value)}; pass the tensors that it holds`,
  );
}
