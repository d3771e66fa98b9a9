// The dilation is that of its definition; the closing fills narrow dark lines, and changes nothing else.
import { expect, it } from "vitest";
import { closing, dilation } from "../../../src/data/digit/window.ts";

const picture = (width: number, height: number, level: (x: number, y: number) => number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width))),
});

it("the dilation is the maximum of all pixels of each window, one by one", () => {
  for (const [width, height, radius] of [
    [1, 1, 3],
    [7, 1, 2],
    [13, 9, 1],
    [30, 17, 4],
    [10, 40, 12],
    [5, 5, 40],
  ]) {
    const given = picture(width, height, (x, y) => Math.imul(y * width + x + 1, 2654435761) >>> 24);
    const plain = picture(width, height, (x, y) => {
      let top = 0;
      for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++)
        for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++)
          top = Math.max(top, given.data[v * width + u]);
      return top;
    });
    expect(dilation(given, radius)).toEqual(plain);
  }
});

it("the closing fills dark lines narrower than its window, and keeps shadows with their edges", () => {
  const shadow = (x: number, y: number) => (x + y > 50 ? 100 : 200);
  const lined = picture(60, 60, (x, y) => (x > 20 && x < 26 ? 10 : shadow(x, y)));
  expect(closing(picture(60, 60, shadow), 8)).toEqual(picture(60, 60, shadow));
  const closed = closing(lined, 8).data;
  for (let y = 0; y < 60; y++) {
    expect(closed[y * 60 + 23]).toBeGreaterThanOrEqual(100);
    expect(closed[y * 60 + 45]).toBe(shadow(45, y));
  }
});
