// The table of ops: everything that a Tensor computes is one of these, or composed of them. An op is one entry in its family's file, with
// shape rule, definition and gradient. Every other table over ops is total, `satisfies Record<OpName, ...>`.
import type { Op } from "./op.ts";
import { contractions } from "./ops/contractions.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/indexing.ts";
import { movements } from "./ops/movement.ts";
import { reductions } from "./ops/reductions.ts";
import { sources } from "./ops/sources.ts";

export const ops = { ...sources, ...elementwise, ...movements, ...reductions, ...indexing, ...contractions };

export type OpName = keyof typeof ops;

/** The attributes of an op: its parameters beside the inputs. */
export type Attributes<N extends OpName> = (typeof ops)[N] extends { type(inputs: never, attributes: infer A): unknown }
  ? A
  : never;

/** The entry of an op, for code that treats all ops in the same way. */
export function opOf(name: OpName): Op<never> {
  return ops[name];
}
