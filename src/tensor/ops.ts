// The op table: everything that a Tensor can do is one of these, or composed from them. An op is one entry in its family's
// file: shape rule, meaning, gradient. Every other table over ops is total, `satisfies Record<OpName, ...>`.
import type { Op } from "./op.ts";
import { contractions } from "./ops/contractions.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/indexing.ts";
import { movements } from "./ops/movement.ts";
import { reductions } from "./ops/reductions.ts";
import { sources } from "./ops/sources.ts";

export const ops = { ...sources, ...elementwise, ...movements, ...reductions, ...indexing, ...contractions };

export type OpName = keyof typeof ops;

/** What an op needs to know beside its inputs. */
export type Attributes<N extends OpName> = (typeof ops)[N] extends { type(inputs: never, attributes: infer A): unknown }
  ? A
  : never;

/** The entry of a name, for code that treats all ops alike. */
export function opOf(name: OpName): Op<never> {
  return ops[name];
}
