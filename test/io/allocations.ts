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

type Constructors = Record<string, new (...args: unknown[]) => { readonly byteLength: number }>;
type Makers = Record<string, (...args: unknown[]) => Buffer>;

/** Replaces the constructors; returns the function that puts back what was there. */
function install(): () => void {
  const [global, buffer] = [globalThis as unknown as Constructors, Buffer as unknown as Makers];
  const constructors = Object.fromEntries([...arrays, ...others].map((name) => [name, global[name]]));
  const functions = Object.fromEntries(makers.map((name) => [name, buffer[name]]));
  for (const [name, original] of Object.entries(constructors))
    global[name] = new Proxy(original, {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget);
        count(made, args[0]);
        return made;
      },
    });
  for (const [name, original] of Object.entries(functions))
    buffer[name] = (...args) => {
      const made = original.apply(Buffer, args);
      count(made, args[0]);
      return made;
    };
  return () => {
    Object.assign(global, constructors);
    Object.assign(buffer, functions);
  };
}

/** Bytes allocated while `action` ran: their total, and the largest single allocation. */
export async function allocations(action: () => unknown): Promise<{ total: number; most: number }> {
  counted = 0;
  most = 0;
  const restore = install();
  try {
    await action();
  } finally {
    restore();
  }
  return { total: counted, most };
}
