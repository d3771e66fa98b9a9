// Makes a batch of examples: their corresponding parts are stacked along a new first dim. A number counts as a tensor of shape [], a list of
// numbers or a typed array as one of its length.
import { ChainruleError } from "../errors/error.ts";
import { tensor } from "../tensor/create.ts";
import { allocate, describe } from "../tensor/dtype.ts";
import { sameShape } from "../tensor/shape.ts";
import { ArrayStorage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { isNumbers, partsOf, rebuild } from "./nesting.ts";

/** Some of the examples, and the index of each in the source, for messages. */
export interface Chosen {
  readonly examples: readonly unknown[];
  readonly number: (n: number) => number;
}

/** Stacks at least one example. Throws, with the place, if an example has other parts, shapes or dtypes than the first. */
export function stackExamples({ examples, number }: Chosen): unknown {
  return stackAt(examples, { number, place: "" });
}

interface Place {
  readonly number: (n: number) => number;
  /** The place within the example: ".x[0]". */
  readonly place: string;
}

function stackAt(values: readonly unknown[], at: Place): unknown {
  const [first] = values;
  const parts = partsOf(first, at.place);
  if (parts === null) return stackLeaves(values, at);
  const columns = parts.map((): unknown[] => []);
  for (const [n, value] of values.entries()) {
    const own = partsOf(value, at.place);
    if (own === null || own.length !== parts.length)
      throw new ChainruleError(
        "data",
        "batches",
        `${name(at, n)} has other parts than ${name(at, 0)}; all examples must have the same parts`,
        detailsOf(at, n),
      );
    for (const [i, [key, , place]] of parts.entries()) {
      const part = own[i][0] === key ? own[i] : own.find(([other]) => other === key);
      if (part === undefined)
        throw new ChainruleError("data", "batches", `example ${at.number(n)} has no ${place.slice(1)}`, {
          example: at.number(n),
          place: place.slice(1),
        });
      columns[i].push(part[1]);
    }
  }
  return rebuild(
    first,
    parts.map(([key, , place], i) => [key, stackAt(columns[i], { ...at, place })] as const),
  );
}

const name = ({ number, place }: Place, n: number): string => `example ${number(n)}${place}`;

const detailsOf = ({ number, place }: Place, n: number) => ({ example: number(n), place: place.replace(/^\./, "") });

function stackLeaves(values: readonly unknown[], at: Place): Tensor {
  const first = leafOf(values[0], at, 0);
  const { dtype, shape } = first;
  const size = first.data.length;
  const to = allocate(dtype, values.length * size);
  for (const [n, value] of values.entries()) {
    const leaf = n === 0 ? first : leafOf(value, at, n);
    if (leaf.dtype !== dtype || !sameShape(leaf.shape, shape))
      throw new ChainruleError(
        "shape",
        "batches",
        `${name(at, n)} is ${describe(leaf)}, but ${name(at, 0)} is ${describe(first)}; pad or cut them to one shape`,
        { ...detailsOf(at, n), shapes: [leaf.shape, first.shape] },
      );
    if (size === 1) to[n] = leaf.data[0];
    else to.set(leaf.data, n * size);
  }
  return new Tensor(new ArrayStorage(to), { shape: [values.length, ...shape], dtype });
}

type Leaf = Pick<Tensor, "shape" | "dtype"> & { readonly data: ArrayLike<number> };

function leafOf(value: unknown, at: Place, n: number): Leaf {
  if (value instanceof Tensor) return value;
  if (typeof value === "number") return { shape: [], dtype: "float32", data: [value] };
  if (isNumbers(value)) return tensor(value);
  throw new ChainruleError(
    "type",
    "batches",
    `${name(at, n)} is ${value === null ? "null" : typeof value === "object" ? `a ${value.constructor?.name}` : `a ${typeof value}`}; ` +
      "an example consists of tensors and numbers in records, lists and maps",
    detailsOf(at, n),
  );
}
