// Transformations such as vmap and jvp are interpreters of operations. While one runs a function, the function gets tensors that are wrapped:
// each belongs to the transformation's level and has tensors of lower levels inside. apply() hands an operation to the newest level among
// its inputs. The level computes the result with operations on the tensors inside, which lower levels interpret in turn, down to the tensors
// that have contents. So transformations compose in any order, and each knows nothing of the others.
//
// An example: vmap(grad(f))(xs). vmap opens level 1 and passes f' = grad(f) a wrapped xs of level 1; grad opens level 2 and passes f that
// tensor, wrapped again. x.mul(3) is level 2's: it records the operation for the gradient and applies mul to the tensor inside. This is level
// 1's: it multiplies the whole batch.
import { ChainruleError } from "../errors/error.ts";
import type { Call } from "./calls.ts";
import { describe } from "./dtype.ts";
import type { Operation } from "./eager.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import type { LoopCall, LoopResult } from "./tracing.ts";

export interface Level {
  /** Higher than the id of every level that was opened before. */
  readonly id: number;
  /** The transformation's name, as users call it. */
  readonly name: string;
  /** Whether the operations of a composite are others inside than outside. */
  readonly changesComposites: boolean;
  /** Computes an operation that has an input of this level. Its type is that of the result as the function sees it. */
  run(operation: Operation): Tensor;
  /** Does the same for a call of a function with a gradient of its own. */
  runCall(call: Call, inputs: readonly Tensor[]): readonly Tensor[];
  /**
   * Runs a loop in a trace as one of the tensors inside, by `below`; a level without this rule has loops written out. A step is called with the
   * levels below open.
   */
  loop?(call: LoopCall, below: (inner: LoopCall) => LoopResult): LoopResult;
  /** Draws random bits while the level is open; null if that is left to the levels below. */
  draw?(operation: Operation): Tensor | null;
}

/** The contents of a tensor of a level. */
export abstract class Wrapped implements Storage {
  readonly uniform = null;
  abstract readonly level: Level;
  /** The tensors of lower levels inside. */
  abstract readonly inside: readonly [Tensor, ...Tensor[]];
  /** Whether the contents are those of the first tensor inside. */
  abstract readonly isReadable: boolean;
  abstract readonly data: Storage["data"];
  abstract read(): ReturnType<Storage["read"]>;
  /** Throws if the function may not read the contents; `call` is the user's call. */
  abstract reveal(call: string): void;
  /** The same contents, from which no derivative flows back, at any level. */
  abstract detached(): Tensor;
  /** The same contents with other tensors inside. */
  abstract around(inside: readonly Tensor[]): Wrapped;

  share(): Storage {
    return this;
  }
}

/** The open levels, the oldest first. */
let open: readonly Level[] = [];
let lastId = 0;

export const newLevelId = (): number => ++lastId;
/** The id of the level that was opened last; 0 if there was none. */
export const newestLevelId = (): number => lastId;

export const openLevels = (): readonly Level[] => open;
/** Whether a transformation runs, so that tensors may be wrapped. */
export const isTransforming = (): boolean => open.length > 0;

/** A composite's name inside the open levels: "vmap(jvp(softmax))". */
export function transformedName(name: string): string {
  return open.reduceRight((inner, level) => (level.changesComposites ? `${level.name}(${inner})` : inner), name);
}

/** Runs the body with these levels open, and no others. */
export function withLevels<T>(levels: readonly Level[], body: () => T): T {
  const before = open;
  open = levels;
  try {
    return body();
  } finally {
    open = before;
  }
}

/** Runs the body with one more level open. */
export const withLevel = <T>(level: Level, body: () => T): T => withLevels([...open, level], body);

export const wrappedIn = ({ storage }: Tensor): Wrapped | null => (storage instanceof Wrapped ? storage : null);

export function newestLevelAmong(tensors: readonly Tensor[]): Level | null {
  let newest: Level | null = null;
  for (const { storage } of tensors)
    if (storage instanceof Wrapped && (newest === null || storage.level.id > newest.id)) newest = storage.level;
  return newest;
}

/** Computes an operation by the newest level among its inputs; null if no input belongs to a level. */
export function interpret(operation: Operation): Tensor | null {
  const newest = newestLevelAmong(operation.inputs);
  if (newest !== null) return newest.run(operation);
  if (operation.name !== "randomBits") return null;
  for (const level of open.toReversed()) {
    const drawn = level.draw?.(operation) ?? null;
    if (drawn !== null) return drawn;
  }
  return null;
}

/** The tensors with contents in a tensor: itself, or those in all tensors inside. */
export function plainTensorsIn(tensor: Tensor): Tensor[] {
  return wrappedIn(tensor)?.inside.flatMap(plainTensorsIn) ?? [tensor];
}

function levelsIn(tensor: Tensor): ReadonlySet<Level> {
  const wrapped = wrappedIn(tensor);
  return new Set(wrapped === null ? [] : [wrapped.level, ...wrapped.inside.flatMap((inner) => [...levelsIn(inner)])]);
}

/** Throws where an assignment would give a tensor contents of a level that it does not belong to, such as a batch of values. */
export function checkLevels(target: Tensor, contents: Tensor): void {
  if (wrappedIn(contents) === null) return;
  const own = levelsIn(target);
  for (const level of levelsIn(contents)) {
    if (own.has(level)) continue;
    throw new ChainruleError(
      "transformed",
      "assign",
      `inside ${level.name}, ${describe(target)} from outside would get other contents for each element of the batch; return the contents instead, pass the tensor as an argument that ${level.name} maps, or put modules with running statistics into eval()`,
    );
  }
}

/** Throws for a tensor of a transformation, since grads are properties of tensors outside of it. */
export function refuseBackward(tensor: Tensor): void {
  const wrapped = wrappedIn(tensor);
  if (wrapped === null) return;
  throw new ChainruleError(
    "transformed",
    "backward",
    `not inside ${wrapped.level.name}; call grad() or valueAndGrad() there, or backward() on what ${wrapped.level.name} returns`,
  );
}
