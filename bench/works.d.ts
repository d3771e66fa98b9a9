// The types of what tests use of works.js.

/** A net with its training step, and the losses of the first steps in float64. */
export interface NetWork {
  readonly name: string;
  readonly title: string;
  readonly losses: readonly number[];
}

export const nets: readonly NetWork[];

/** Weights and batches of a net, in the form in which sides of a bench receive them. */
export type Question = object;

export function questionOf(work: NetWork): Question;
