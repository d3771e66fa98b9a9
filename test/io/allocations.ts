// Counts the bytes of every typed array and Buffer that is made while a function runs, by replacing their constructors. It does not see
// copies that an array makes of itself (slice, map), which are as long as the counted array, nor memory that engines use inside.

const arrays = [
  "Uint8Array",
  "Uint8ClampedArray",
  "Int8Array",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
];
const others = ["Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "ArrayBuffer", "SharedArrayBuffer"];
const makers = ["alloc", "allocUnsafe", "allocUnsafeSlow", "concat", "from"] as const;

let counted = 0;
let most = 0;

function count(made: { readonly byteLength: number }, from: unknown): void {
  // A view of an existing buffer is not an allocation.
  if (from instanceof ArrayBuffer || from instanceof SharedArrayBuffer) return;
  counted += made.byteLength;
  most = Math.max(most, made.byteLength);
}

let installed = false;

function install(): void {
  if (installed) return;
  installed = true;
  const global = globalThis as unknown as Record<string, new (...args: unknown[]) => { readonly byteLength: number }>;
  for (const name of [...arrays, ...others])
    global[name] = new Proxy(global[name], {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget);
        count(made, args[0]);
        return made;
      },
    });
  const buffer = Buffer as unknown as Record<string, (...args: unknown[]) => Buffer>;
  for (const name of makers) {
    const original = buffer[name];
    buffer[name] = (...args) => {
      const made = original.apply(Buffer, args);
      count(made, args[0]);
      return made;
    };
  }
}

/** Bytes allocated while `action` ran: their total, and the largest single allocation. */
export async function allocations(action: () => unknown): Promise<{ total: number; most: number }> {
  install();
  counted = 0;
  most = 0;
  await action();
  return { total: counted, most };
}
