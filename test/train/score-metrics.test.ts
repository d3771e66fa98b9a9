// Metrics of scores are compared with counts by hand, and with results that scikit-learn recorded.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { tensor } from "chainrule";
import {
  balancedAccuracy,
  calibrationError,
  classReport,
  confusionMatrix,
  logLoss,
  type Scores,
  topKAccuracy,
} from "chainrule/train";
import { describe, expect, it } from "vitest";

type Means = Omit<Scores, "support">;

interface Recorded {
  readonly classes: number;
  readonly labels: readonly number[];
  /** float32 [N, C], row by row. */
  readonly probabilities: readonly number[];
  readonly balancedAccuracy: number;
  readonly macro: Means;
  readonly weighted: Means;
  readonly perClass: readonly Scores[];
  /** By k. */
  readonly topK: Readonly<Record<string, number>>;
  readonly logLoss: number;
  readonly calibrationError: number;
}

const cases: Readonly<Record<string, Recorded>> = JSON.parse(
  gunzipSync(readFileSync(new URL("../fixtures/metrics.json.gz", import.meta.url))).toString(),
);

describe.each(Object.entries(cases))("the figures of scikit-learn for %s", (_, recorded) => {
  const { classes, labels } = recorded;
  const probabilities = Float32Array.from(recorded.probabilities);
  const scores = tensor(probabilities, { shape: [labels.length, classes] });
  const confusion = confusionMatrix(scores.argmax(1), labels, classes);

  it("of the answers: precision, recall and F1 of each class, their means, and balanced accuracy", () => {
    const report = classReport(confusion);
    const close = ({ precision, recall, f1 }: Means) => ({
      precision: expect.closeTo(precision, 12),
      recall: expect.closeTo(recall, 12),
      f1: expect.closeTo(f1, 12),
    });
    expect(report.macro).toMatchObject(close(recorded.macro));
    expect(report.weighted).toMatchObject(close(recorded.weighted));
    for (const [n, own] of recorded.perClass.entries())
      expect(report.classes[n]).toMatchObject({ ...close(own), support: own.support });
    expect(balancedAccuracy(confusion)).toBeCloseTo(recorded.balancedAccuracy, 12);
  });

  it("of the probabilities: top-k accuracy, log loss, calibration error", () => {
    for (const [k, expected] of Object.entries(recorded.topK))
      expect(topKAccuracy(probabilities, labels, Number(k)), k).toBeCloseTo(expected, 12);
    expect(logLoss(scores, labels)).toBeCloseTo(recorded.logLoss, 6);
    expect(calibrationError(scores, labels)).toBeCloseTo(recorded.calibrationError, 6);
  });
});

describe("top-k accuracy", () => {
  const scores = [0.1, 0.7, 0.2, 0.4, 0.4, 0.2, 0.3, 0.3, 0.4];

  it("counts labels among the k highest scores; of equals the first class is higher, as in topk and argmax", () => {
    const truths = [2, 1, 1];
    expect([1, 2, 3].map((k) => topKAccuracy(scores, truths, k))).toEqual([0, 2 / 3, 1]);
    const rows = tensor(scores, { shape: [3, 3] });
    for (const k of [1, 2, 3]) {
      const { indices } = rows.topk(k);
      const found = truths.filter((truth, n) => [...indices.slice(n).data].includes(truth));
      expect(topKAccuracy(rows, truths, k)).toBe(found.length / 3);
    }
    const all = [...rows.argmax(1).data];
    expect(topKAccuracy(rows, all, 1)).toBe(1);
  });

  it("never counts a score that is NaN", () => {
    expect(topKAccuracy([Number.NaN, 1], [0], 2)).toBe(0);
    expect(topKAccuracy([Number.NaN, 1], [1], 1)).toBe(1);
  });

  it("refuses scores and labels that do not fit", () => {
    expect(() => topKAccuracy(scores, [0, 1], 1)).toThrow("topKAccuracy: 9 scores are no rows [N, C] for 2 labels");
    expect(() => topKAccuracy(scores, [0, 1, 2], 4)).toThrow("k is a whole number from 1 to 3, not 4");
    expect(() => topKAccuracy(scores, [0, 1, 3], 1)).toThrow("label 3 of picture 2");
  });
});

describe("log loss", () => {
  it("is the mean of -log p, and a sure mistake counts as one of 2⁻²³", () => {
    expect(logLoss([0.5, 0.5, 0.25, 0.75], [0, 1])).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 12);
    expect(logLoss([1, 0], [1])).toBeCloseTo(23 * Math.log(2), 12);
  });

  it("refuses what is no probability", () => {
    expect(() => logLoss([2, -1], [0])).toThrow("logLoss: probabilities[0] is a number from 0 to 1, not 2");
    expect(() => logLoss([0.5, Number.NaN], [0])).toThrow("probabilities[1]");
    expect(() => logLoss([0.5, 0.5], [2])).toThrow("label 2 of picture 0");
  });
});

describe("calibration error", () => {
  // Two pictures at 0.9, of which one is right, and two at 0.6, both right: (2 · |0.5 - 0.9| + 2 · |1 - 0.6|) / 4.
  const probabilities = [0.9, 0.1, 0.9, 0.1, 0.6, 0.4, 0.4, 0.6];

  it("is the mean distance of probabilities and right answers, bin by bin", () => {
    expect(calibrationError(probabilities, [0, 1, 0, 1])).toBeCloseTo(0.4, 12);
    // In one bin: |0.75 - 0.75|.
    expect(calibrationError(probabilities, [0, 1, 0, 1], { bins: 1 })).toBeCloseTo(0, 12);
    expect(calibrationError([1, 0, 0, 1], [0, 1])).toBe(0);
  });

  it("a probability on the border of two bins belongs to the lower one", () => {
    // 0.5 and 0.6 in (0.5, 1] would be |1.5 - 1.1| / 2 in one bin; 0.5 is in (0, 0.5].
    expect(calibrationError([0.5, 0.5, 0.6, 0.4], [1, 0], { bins: 2 })).toBeCloseTo((0.5 + 0.4) / 2, 12);
  });

  it("refuses bins that are no number", () => {
    expect(() => calibrationError([1], [0], { bins: 0 })).toThrow("calibrationError: bins is a whole number from 1");
  });
});

it("balanced accuracy is the mean over the classes that occur", () => {
  expect(
    balancedAccuracy([
      [3, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]),
  ).toBe((0.75 + 0.5) / 2);
  expect(() => balancedAccuracy([[0]])).toThrow("balancedAccuracy: there are no pictures");
  expect(() => balancedAccuracy([[1, 2]])).toThrow(/^balancedAccuracy: the confusion matrix must have/);
});
