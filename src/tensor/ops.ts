// The table of ops: everything that a Tensor computes is one of these, or composed of them. An op is one entry in its family's file, with
// shape rule, definition, gradient, and the traits from which passes derive what they do. Every other table over ops is total.
import type { Op } from "./op.ts";
import { contractions } from "./ops/contractions.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/indexing.ts";
import { loops } from "./ops/loops.ts";
import { type Movement, movements, placements, views } from "./ops/movement.ts";
import { ordering } from "./ops/ordering.ts";
import { reductions } from "./ops/reductions.ts";
import { sources } from "./ops/sources.ts";

export const ops = {
  ...sources,
  ...elementwise,
  ...movements,
  ...reductions,
  ...indexing,
  ...contractions,
  ...loops,
  ...ordering,
};

export type OpName = keyof typeof ops;
export type ElementwiseName = keyof typeof elementwise;
export type ViewName = keyof typeof views;
export type ContractionName = keyof typeof contractions;

type AttributesOf<Entry> = Entry extends { type(inputs: never, attributes: infer A): unknown } ? A : never;
type AttributeTable = { readonly [N in OpName]: AttributesOf<(typeof ops)[N]> };

/** The attributes of an op: its parameters beside the inputs. */
export type Attributes<N extends OpName> = AttributeTable[N];

/** The names of a family's ops. */
export const namesOf = <N extends string>(family: Readonly<Record<N, unknown>>): readonly N[] =>
  Object.keys(family) as N[];

/** A table with one value for each op of a family. */
export const forAll = <N extends string, T>(family: Readonly<Record<N, unknown>>, value: T): Readonly<Record<N, T>> =>
  Object.fromEntries(namesOf(family).map((name) => [name, value])) as Record<N, T>;

const belongsTo =
  <N extends string>(family: Readonly<Record<N, unknown>>) =>
  (name: string): name is N =>
    Object.hasOwn(family, name);

export const isElementwise = belongsTo(elementwise);
/** Whether an op's result is a view of its input. */
export const isView = belongsTo(views);
/** Whether an op puts the elements of its inputs into a larger result. */
export const isPlacement = belongsTo(placements);
export const isContraction = belongsTo(contractions);
export const isSource = belongsTo(sources);

const entries: { readonly [N in OpName]: Op<AttributeTable[N]> } = ops;

/** The entry of an op, for code that treats all ops in the same way. */
export const opOf = <N extends OpName>(name: N): Op<Attributes<N>> => entries[name];

const viewEntries: { readonly [N in ViewName]: Movement<AttributeTable[N]> } = views;

/** The entry of an op whose result is a view. */
export const viewOf = <N extends ViewName>(name: N): Movement<Attributes<N>> => viewEntries[name];
