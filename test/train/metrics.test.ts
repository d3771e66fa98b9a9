// Metrics are compared with counts by hand, and with results of scikit-learn.
import { tensor } from "chainrule";
import { accuracy, classReport, confusionMatrix, topKAccuracy } from "chainrule/train";
import { describe, expect, it } from "vitest";

const labels = [0, 1, 2, 2, 1, 0, 2, 2];
const answers = [0, 2, 2, 2, 1, 1, 2, 0];

it("accuracy is the part of the answers that are right, for lists, typed arrays and tensors", () => {
  expect(accuracy(answers, labels)).toBe(5 / 8);
  expect(accuracy(Int32Array.from(answers), tensor(Int32Array.from(labels)))).toBe(5 / 8);
  expect(() => accuracy([1], [1, 2])).toThrow("accuracy: there are 1 answers, but 2 labels");
  expect(() => accuracy([], [])).toThrow("accuracy: there are no answers");
});

it("a confusion matrix has labels in its rows and answers in its columns", () => {
  expect(confusionMatrix(answers, labels, 3)).toEqual([
    [1, 1, 0],
    [0, 1, 1],
    [1, 0, 3],
  ]);
  expect(() => confusionMatrix([0, 3], [0, 1], 3)).toThrow(
    "confusionMatrix: answer 3 of picture 1 is outside the 3 classes, 0 to 2",
  );
  expect(() => confusionMatrix([0], [-1], 3)).toThrow("label -1 of picture 0");
  expect(() => confusionMatrix([], [], 0)).toThrow("classes is a whole number from 1, not 0");
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

describe("a report class by class", () => {
  it("gives precision, recall, F1 and support, as scikit-learn does", () => {
    const { classes, macro, weighted, accuracy } = classReport(confusionMatrix(answers, labels, 3), [
      "ant",
      "bee",
      "cat",
    ]);
    expect(classes).toEqual([
      { name: "ant", precision: 1 / 2, recall: 1 / 2, f1: 1 / 2, support: 2 },
      { name: "bee", precision: 1 / 2, recall: 1 / 2, f1: 1 / 2, support: 2 },
      { name: "cat", precision: 3 / 4, recall: 3 / 4, f1: 3 / 4, support: 4 },
    ]);
    expect(macro).toMatchObject({ precision: 7 / 12, recall: 7 / 12, support: 8 });
    expect(weighted).toEqual({ precision: 5 / 8, recall: 5 / 8, f1: 5 / 8, support: 8 });
    expect(accuracy).toBe(5 / 8);
  });

  it("is 0 where a ratio would be 0/0", () => {
    const { classes, macro } = classReport([
      [2, 1, 0],
      [0, 0, 0],
      [1, 0, 0],
    ]);
    expect(classes[1]).toEqual({ name: "1", precision: 0, recall: 0, f1: 0, support: 0 });
    expect(classes[2]).toEqual({ name: "2", precision: 0, recall: 0, f1: 0, support: 1 });
    expect(macro.recall).toBeCloseTo(2 / 9, 12);
    const nothing = classReport([[0]]);
    expect([nothing.accuracy, nothing.weighted.f1]).toEqual([0, 0]);
  });

  it("refuses what is no confusion matrix", () => {
    expect(() => classReport([[1, 2]])).toThrow(
      "classReport: the confusion matrix must have a row and a column for each class",
    );
    expect(() => classReport([[1]], ["a", "b"])).toThrow("classReport: 2 names for 1 classes");
  });
});
