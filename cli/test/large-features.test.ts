// Features of folders that do not fit into memory: the rows that are kept survive any end of the process.
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { FeatureRows, rowKey } from "../src/large/feature-rows.ts";

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
