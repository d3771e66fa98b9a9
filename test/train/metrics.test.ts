// Metrics are compared with counts by hand, and with results of scikit-learn.
import { tensor } from "chainrule";
import { accuracy, classReport, confusionMatrix } from "chainrule/train";
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
