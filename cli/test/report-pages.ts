// Made-up data for reports: two classes or a hundred, names that are markup, nets without mistakes.
import { type ReportData, writeReport } from "../src/report/report.ts";

/** A generator with a fixed seed: numbers in 0 … 1. */
function random(seed = 1): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

interface Wanted {
  readonly classes: readonly string[];
  readonly channels?: number;
  readonly side?: number;
  readonly epochs?: number;
}

export function synthetic({ classes, channels = 1, side = 28, epochs = 3 }: Wanted): ReportData {
  const next = random();
  const below = (end: number) => Math.floor(next() * end);
  const stepsPerEpoch = 50;
  const confusion = classes.map((_, truth) =>
    classes.map((_, answer) => (truth === answer ? 80 + below(20) : next() < 0.3 ? below(9) : 0)),
  );
  const mistake = (index: number) => {
    const truth = below(classes.length);
    const bytes = Uint8Array.from({ length: channels * side * side }, () => below(256));
    const picture = { channels, height: side, width: side, bytes };
    return { picture, truth, answer: (truth + 1) % classes.length, probability: 1 - index / 50, index };
  };
  return {
    title: "cnn on synthetic",
    date: "2026-11-24",
    classes,
    curves: {
      stepsPerEpoch,
      steps: Array.from({ length: epochs * stepsPerEpoch }, (_, i) => {
        const rest = 1 / (1 + i / 10);
        return { step: i + 1, loss: 2 * rest * (0.5 + next()) + 0.01, accuracy: Math.min(1, 1 - rest * next()) };
      }),
      epochs: Array.from({ length: epochs }, (_, i) => ({
        epoch: i + 1,
        training: { loss: 1 / (i + 1), accuracy: 1 - 0.5 / (i + 1) },
        validation: { loss: 1.1 / (i + 1), accuracy: 1 - 0.6 / (i + 1) },
        seconds: 12.5,
      })),
    },
    test: { name: "test", loss: 0.123, confusion },
    mistakes: Array.from({ length: 24 }, (_, i) => mistake(i)),
    filters: {
      name: "0.weight",
      total: 16,
      shape: [16, channels, 5, 5],
      weights: Float32Array.from({ length: 16 * channels * 25 }, () => next() - 0.5),
    },
    tree: "Sequential  1,000\n└─ 0: Conv2d(1, 16, 5)  weight [16, 1, 5, 5]  1,000\n1,000 parameters",
    parameters: 1000,
    run: {
      command: "chainrule train ./pictures --report report.html",
      seed: 7,
      options: { model: "cnn", "batch size": 64 },
      versions: { chainrule: "0.1.0", node: "20.16.0" },
      platform: "linux x64",
      data: {
        name: "synthetic",
        fingerprint: "0123456789abcdef",
        ...{ training: 3200, validation: 320, test: 1000 },
        shape: [channels, side, side],
      },
      seconds: { training: 37.5, test: 1.5, total: 41 },
    },
  };
}

const hostile = [`<script>alert("1")</script>`, `"'&amp;<b>`, "\u0000\u001b[31m\ud800", "</style></title>"];

/** The pages by the property that makes each special. */
const cases: Readonly<Record<string, ReportData>> = {
  digits: synthetic({ classes: [..."0123456789"] }),
  "two classes, one of them without pictures, no mistakes": {
    ...synthetic({ classes: ["cat", "dog"] }),
    test: {
      name: "test",
      loss: 0.5,
      confusion: [
        [500, 0],
        [0, 0],
      ],
    },
    mistakes: [],
  },
  "a hundred classes with long names, photographs": synthetic({
    classes: Array.from({ length: 100 }, (_, i) => `${i} ${"Donaudampfschifffahrt ".repeat(3)}${"x".repeat(60)}`),
    ...{ channels: 3, side: 224, epochs: 300 },
  }),
  "names that are markup": {
    ...synthetic({ classes: hostile, channels: 3 }),
    ...{ title: hostile[0], tree: hostile[1] },
    filters: null,
  },
  "stopped before anything happened": {
    ...synthetic({ classes: ["a", "b"], epochs: 0 }),
    test: {
      name: "validation",
      loss: 0,
      confusion: [
        [0, 0],
        [0, 0],
      ],
    },
    mistakes: [],
  },
};
/** Name, page and data of each case. */
export const pages = Object.entries(cases).map(([name, data]) => [name, writeReport(data), data] as const);
