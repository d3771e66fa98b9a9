import { pictureFromBlob, prefetch } from "chainrule/data";
import { expect, test } from "vitest";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("items come in the same order, whether or not the source or the body waits", async () => {
  async function* slowly() {
    for (const x of [1, 2, 3]) {
      await wait(2);
      yield x;
    }
  }
  for (const source of [[1, 2, 3], new Set([1, 2, 3]), slowly(), slowly()]) {
    const seen: number[] = [];
    for await (const x of prefetch(source)) {
      if (x === 2) await wait(5);
      seen.push(x);
    }
    expect(seen).toEqual([1, 2, 3]);
  }
  for await (const _ of prefetch([])) expect.unreachable();
});

test("exactly one item is made while the body waits", async () => {
  const made: number[] = [];
  function* source() {
    for (let i = 0; i < 5; i++) {
      made.push(i);
      yield i;
    }
  }
  for await (const i of prefetch(source())) {
    expect(made).toHaveLength(i + 1);
    await wait(5);
    expect(made).toHaveLength(Math.min(i + 2, 5));
  }
});

test("leaving early ends the source; an error of the source comes in the place of its item", async () => {
  let ended = false;
  function* source() {
    try {
      yield 1;
      yield 2;
      throw new Error("no third");
    } finally {
      ended = true;
    }
  }
  for await (const x of prefetch(source())) if (x === 1) break;
  expect(ended).toBe(true);
  const seen: number[] = [];
  const all = async () => {
    for await (const x of prefetch(source())) {
      seen.push(x);
      await wait(3);
    }
  };
  await expect(all()).rejects.toThrow("no third");
  expect(seen).toEqual([1, 2]);
});

test("on a platform that cannot decode pictures, the error names the functions that can", async () => {
  await expect(pictureFromBlob(new Blob([]))).rejects.toThrow(/on Node use loadPicture/);
});
