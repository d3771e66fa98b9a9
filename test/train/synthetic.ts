// Runs that are small enough to be stopped at each event: pictures that are easy to learn, nets with every kind of state.
import {
  Adam,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  type Layer,
  Linear,
  manualSeed,
  ReLU,
  Sequential,
  type Tensor,
  tensor,
} from "chainrule";
import type { Dataset } from "chainrule/data";
import { type Checkpoint, type Fit, type FitEvent, type FitOptions, fit as train } from "chainrule/train";

export interface Making {
  readonly seed?: number;
  readonly side?: number;
  readonly channels?: number;
  readonly classes?: number;
}

/** Pictures of class k have a bright k-th row and a little noise. They are the same in each run. */
export function rows(count: number, { seed = 1, side = 6, channels = 1, classes = 3 }: Making = {}): Dataset {
  let state = seed;
  // The "minimal standard" generator of Park and Miller: x -> 16807 x mod (2³¹ - 1).
  const random = () => (state = (16807 * state) % (2 ** 31 - 1)) / 2 ** 31;
  const plane = side * side;
  const bytes = new Uint8Array(count * channels * plane).map((_, i) => {
    const label = Math.floor(i / (channels * plane)) % classes;
    const row = Math.floor((i % plane) / side);
    return (row === label ? 90 : 0) + 120 * random();
  });
  return {
    images: tensor(bytes, { shape: [count, channels, side, side] }),
    labels: tensor(new Int32Array(count).map((_, n) => n % classes)),
    classes: ["ant", "bee", "cat", "dog", "elk"].slice(0, classes),
  };
}

/** A net with running moments (batch norm) and random draws (dropout), which checkpoints must preserve. */
export function smallNet({ side = 6, channels = 1, classes = 3 }: Making = {}): Layer {
  manualSeed(3);
  return new Sequential(
    new Conv2d(channels, 3, 3, { padding: 1 }),
    new BatchNorm2d(3),
    new ReLU(),
    new Flatten(),
    new Dropout(0.3),
    new Linear(3 * side * side, classes),
  );
}

export interface Run {
  readonly model: Layer;
  readonly run: Fit;
}

/** A fresh model and a run over it. */
export function begin(options: Omit<FitOptions, "optimizer">): Run {
  const model = smallNet();
  return { model, run: train(model, { ...options, optimizer: new Adam(model.parameters(), { lr: 0.01 }) }) };
}

/** An event without its times. */
export function timeless(event: FitEvent): unknown {
  const timed = ["seconds", "epochSeconds", "validationSeconds", "imagesPerSecond"];
  return Object.fromEntries(
    Object.entries(event).flatMap(([key, value]) => {
      if (timed.includes(key)) return [];
      return [[key, key === "evaluation" ? { ...value, scores: [...value.scores.data] } : value]];
    }),
  );
}

export interface Moment {
  readonly event: FitEvent;
  readonly checkpoint: Checkpoint;
}

/** All events of a run, and a checkpoint at each. */
export async function everyMoment(run: Fit): Promise<Moment[]> {
  const moments: Moment[] = [];
  for await (const event of run) moments.push({ event, checkpoint: run.checkpoint() });
  return moments;
}

export async function eventsOf(run: Fit): Promise<FitEvent[]> {
  return (await everyMoment(run)).map(({ event }) => event);
}

/** A model's parameters and buffers as plain numbers. */
export const weightsOf = (model: Layer): Record<string, number[]> => numbersOf(model.stateDict());

export const numbersOf = (tensors: ReadonlyMap<string, Tensor>): Record<string, number[]> =>
  Object.fromEntries([...tensors].map(([name, { data }]) => [name, [...data]]));
