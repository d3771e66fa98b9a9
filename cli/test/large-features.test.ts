// Features of folders that do not fit into memory: the rows that are kept survive any end of the process, and the classifier that is fitted in
// minibatches is as good as that of all pictures at once.
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { FeatureRows, rowKey } from "../src/large/feature-rows.ts";
import { fitByBatches } from "../src/large/minibatches.ts";
import { type Examples, fitHead, inOwnUnits, momentsOf } from "../src/transfer/head.ts";

describe("the rows of features", () => {
  const wanted = { backbone: "abc", size: 5 };
  const keys = Array.from({ length: 600 }, (_, n) => rowKey({ path: `${n}.png`, bytes: n, changed: 1.5 }));
  const features = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i));

  function write(file: string, from = 0, to = 600): void {
    const rows = FeatureRows.open(file, wanted, () => {});
    for (let n = from; n < to; n += 16)
      rows.append(keys.slice(n, Math.min(to, n + 16)), features.slice(5 * n, 5 * Math.min(to, n + 16)));
    rows.close();
  }

  function read(file: string, what = wanted): number {
    let count = 0;
    const take = (key: string, row: Float32Array) => {
      expect([key, [...row]]).toEqual([keys[count], [...features.subarray(5 * count, 5 * count + 5)]]);
      count++;
    };
    FeatureRows.open(file, what, take).close();
    return count;
  }

  test("are read as they were written, and go on where a process was killed", () => {
    const file = join(temporaryFolder(), "rows");
    write(file, 0, 600);
    expect(read(file)).toBe(600);
    const whole = readFileSync(file);
    for (const lost of [1, 43, 44, 45, 5000]) {
      truncateSync(file, whole.length - lost);
      const left = read(file);
      expect(left).toBe(600 - Math.ceil(lost / 40));
      write(file, left);
      expect(readFileSync(file).equals(whole)).toBe(true);
    }
    const damaged = Buffer.from(whole);
    damaged[whole.length >> 1] ^= 1;
    writeFileSync(file, damaged);
    const left = read(file);
    expect(left).toBeGreaterThan(200);
    expect(left).toBeLessThan(400);
    appendFileSync(file, "garbage");
    expect(read(file)).toBe(left);
  });

  test("of another backbone, and other files, are not taken", () => {
    const file = join(temporaryFolder(), "rows");
    write(file);
    expect(read(file, { ...wanted, backbone: "other" })).toBe(0);
    expect(read(file)).toBe(0);
    writeFileSync(file, "something else");
    expect(read(file)).toBe(0);
  });
});

test("in minibatches the classifier is as good as with all pictures at once", async () => {
  const [classes, size, count] = [3, 8, 1500];
  let state = 7;
  const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const made = (length: number): Examples => {
    const labels = Int32Array.from({ length }, (_, n) => n % classes);
    const features = Float32Array.from(
      { length: length * size },
      (_, i) => 4 * draw() + Number(i % size === labels[Math.floor(i / size)]) * 1.5 + 100 * Number(i % size === 7),
    );
    return { features, labels };
  };
  const [train, others] = [made(count), made(900)];
  const options = { classes, seed: 0, validation: null, check: () => {} };
  const whole = await fitHead(train, options);
  const moments = momentsOf(train);
  const fitted = await fitByBatches(train, { ...options, penalty: whole.choice.penalty, moments });
  const right = ({ weight, bias }: { weight: { data: ArrayLike<number> }; bias: { data: ArrayLike<number> } }) => {
    let found = 0;
    for (const [n, label] of others.labels.entries()) {
      const scores = Array.from({ length: classes }, (_, k) => {
        let score = bias.data[k];
        for (let d = 0; d < size; d++) score += weight.data[k * size + d] * others.features[n * size + d];
        return score;
      });
      found += Number(scores.indexOf(Math.max(...scores)) === label);
    }
    return found / others.labels.length;
  };
  const [all, batches] = [right(whole), right(inOwnUnits(fitted, moments, classes))];
  expect(all).toBeGreaterThan(0.6);
  // 900 pictures: two standard deviations are 0.033.
  expect(Math.abs(all - batches)).toBeLessThan(0.034);
  expect(fitted.course.at(-1)?.loss).toBeLessThan(fitted.course[0].loss);
});
