// The order of work for a device.
import { expect, it } from "vitest";
import { Line, readyWork } from "../../../src/backends/webgpu/line.ts";

it("begins work in its order: what is not ready lets all later work wait", () => {
  const line = new Line();
  const begun: string[] = [];
  let isReady = false;
  line.add(readyWork(() => begun.push("a")));
  expect(line.isEmpty).toBe(true);
  line.add({ isReady: () => isReady, begin: () => begun.push("b") });
  line.add(readyWork(() => begun.push("c")));
  expect(begun).toEqual(["a"]);
  expect(line.isEmpty).toBe(false);
  isReady = true;
  line.advance();
  expect(begun).toEqual(["a", "b", "c"]);
});

it("work that begins may add work, which comes after all that waits", () => {
  const line = new Line();
  const begun: string[] = [];
  let isReady = false;
  line.add({
    isReady: () => isReady,
    begin: () => {
      begun.push("a");
      line.add(readyWork(() => begun.push("c")));
    },
  });
  line.add(readyWork(() => begun.push("b")));
  isReady = true;
  line.advance();
  expect(begun).toEqual(["a", "b", "c"]);
});
