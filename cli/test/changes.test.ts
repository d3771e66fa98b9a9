// The changes of pictures that options ask for, and their words.
import { expect, test } from "vitest";
import { BadInput } from "../src/failure.ts";
import { changesInWords, checkChanges, chooseChanges, mirrored, typed } from "../src/train/augmentation.ts";

const shape = [10, 3, 28, 28];

test("--jitter and --mixup are added to the other changes, and said", () => {
  const { augment } = chooseChanges({ jitter: 0.2, mixup: 0.4, flip: false }, true, shape);
  expect(augment).toMatchObject({ shift: 2, rotate: 8, crop: 0.1, erase: 0, jitter: 0.2, mixup: 0.4, flip: false });
  expect(changesInWords(augment ?? {})).toBe(
    "shifted by up to 2 pixels, rotated by up to 8°, cropped by up to 10 %, changed in its colours by up to 20 % and mixed with another one",
  );
  const only = chooseChanges({ mixup: 0.1 }, false, shape).augment;
  expect([only === null, mirrored(only, false) === null]).toEqual([false, false]);
  expect(chooseChanges({ jitter: 0 }, false, shape).augment).toBe(null);
  expect(Object.keys(chooseChanges({}, true, shape).augment ?? {})).toEqual([
    "shift",
    "rotate",
    "crop",
    "erase",
    "flip",
  ]);
});

test("--no-augment stands beside neither of them", () => {
  expect(() => checkChanges({ augment: false, jitter: 0.1, mixup: 0.2 })).toThrow(BadInput);
  expect(() => checkChanges({ augment: false, jitter: 0.1, mixup: 0.2 })).toThrow(
    "but --jitter 0.1 and --mixup 0.2 ask for one",
  );
  expect(typed("mixup", { mixup: 0.2 })).toBe("--mixup 0.2");
});
