// How far a run is. With weights, optimiser state and random stream this is all that its further steps depend on; it is plain data,
// that goes through JSON unchanged.
import { ChainruleError } from "../errors/error.ts";

/** What validation is judged by: the lower loss, or the higher accuracy. */
export type Metric = "loss" | "accuracy";

/** How well an epoch, counted from 1, did in validation. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** How far a run is, as plain data. */
export interface Position {
  /** Whole epochs behind it, their validation included. */
  readonly epoch: number;
  /** What comes next: a step, or the end of the epoch where no batch is left; or the validation of the epoch that has just ended. */
  readonly stage: "steps" | "validation";
  /** Batches and pictures of the running epoch, and what they gave so far. */
  readonly batch: number;
  readonly pictures: number;
  readonly lossSum: number;
  readonly correct: number;
  /** The best epochs by each metric; of equals the first, and never one whose loss is not finite. */
  readonly best: { readonly [M in Metric]: Best | null };
  /** What the tensors "best.*" are the best by, null where there are none. */
  readonly kept: Metric | null;
  /** What has to be the same for the run to be the same. */
  readonly seed: number;
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly data: string;
}

type Identity = Pick<Position, "kept" | "seed" | "batchSize" | "dropLast" | "data">;

export function begin(identity: Identity): Position {
  return { ...identity, ...epochStart(0), best: { loss: null, accuracy: null } };
}

export const epochStart = (epoch: number) =>
  ({ epoch, stage: "steps", batch: 0, pictures: 0, lossSum: 0, correct: 0 }) as const;

/** The position after a step: the mean loss of its batch, its right answers, and how many pictures it had. */
export function stepped(
  position: Position,
  { loss, correct, pictures }: { readonly loss: number; readonly correct: number; readonly pictures: number },
): Position {
  return {
    ...position,
    batch: position.batch + 1,
    pictures: position.pictures + pictures,
    lossSum: position.lossSum + loss * pictures,
    correct: position.correct + correct,
  };
}

/** Of the running epoch so far. */
export const meanOf = ({ lossSum, correct, pictures }: Position) => ({
  loss: lossSum / pictures,
  accuracy: correct / pictures,
  pictures,
});

/** The position with an epoch judged; improved tells for each metric whether it is the best so far. */
export function judged(position: Position, { loss, accuracy }: { readonly loss: number; readonly accuracy: number }) {
  const now: Best = { epoch: position.epoch + 1, loss, accuracy };
  const { best } = position;
  const fine = Number.isFinite(loss);
  const improved = {
    loss: fine && (best.loss === null || loss < best.loss.loss),
    accuracy: fine && (best.accuracy === null || accuracy > best.accuracy.accuracy),
  };
  return {
    improved,
    position: {
      ...position,
      ...epochStart(position.epoch + 1),
      best: {
        loss: improved.loss ? now : best.loss,
        accuracy: improved.accuracy ? now : best.accuracy,
      },
    } satisfies Position,
  };
}

type Check = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumber: Check = (value) => Number.isFinite(value);
const isBest: Check = (value) =>
  value === null || (isRecord(value) && isCount(value.epoch) && isNumber(value.loss) && isNumber(value.accuracy));
const isMetric: Check = (value) => value === "loss" || value === "accuracy";

const checks: { readonly [K in keyof Position]: Check } = {
  epoch: isCount,
  stage: (value) => value === "steps" || value === "validation",
  batch: isCount,
  pictures: isCount,
  lossSum: isNumber,
  correct: isCount,
  best: (value) => isRecord(value) && isBest(value.loss) && isBest(value.accuracy),
  kept: (value) => value === null || isMetric(value),
  seed: isCount,
  batchSize: isCount,
  dropLast: (value) => typeof value === "boolean",
  data: (value) => typeof value === "string",
};

function isPosition(value: unknown): value is Position {
  return isRecord(value) && Object.entries(checks).every(([name, check]) => check(value[name]));
}

/** The words for what an identity's part is, in messages. */
const parts: { readonly [K in keyof Identity]: string } = {
  seed: "seed",
  batchSize: "batchSize",
  dropLast: "dropLast",
  data: "training data",
  kept: "keepBest",
};

/** A position as it was saved. Throws where it is none, or that of a run under another seed, batch size or data. */
export function continued(saved: unknown, identity: Identity): Position {
  if (!isPosition(saved))
    throw new ChainruleError(
      "state",
      "fit",
      "resume does not say how far its run was; it takes what checkpoint() gave, position and all",
    );
  for (const name of ["data", "seed", "batchSize", "dropLast"] as const) {
    if (saved[name] !== identity[name])
      throw new ChainruleError(
        "state",
        "fit",
        `resume began with other ${parts[name]}${name === "data" ? " than this" : `: ${saved[name]}, not ${identity[name]}`}; ` +
          "go on with the same, or leave resume out to begin anew",
      );
  }
  if (identity.kept !== null && saved.best[identity.kept] !== null && saved.kept !== identity.kept)
    throw new ChainruleError(
      "state",
      "fit",
      `resume ${saved.kept === null ? "has no best weights" : `has the best weights by ${saved.kept}`}, and keepBest asks for those by ${identity.kept}; ` +
        "go on with the same keepBest, or leave resume out to begin anew",
    );
  return { ...saved, kept: identity.kept };
}
