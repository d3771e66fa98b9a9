// The engine of the visitor's own classes hears a stop at once, also while a training still waits for the pictures before it.
import { expect, it } from "vitest";
import { start } from "../../src/classes/engine/engine.ts";
import type { ToEngine, ToPage } from "../../src/classes/messages.ts";

it("a training that is stopped before it begins fetches nothing", async () => {
  const told: ToPage[] = [];
  let hear: (message: ToEngine) => void = () => undefined;
  start({
    send: (message) => told.push(message),
    listen: (listener) => {
      hear = listener;
    },
  });
  hear({ kind: "open", backbone: "http://localhost:9/net.safetensors" });
  hear({ kind: "train", method: "features", classes: [] });
  hear({ kind: "stop" });
  await expect.poll(() => told).toContainEqual({ kind: "progress", progress: null });
  expect(told.filter(({ kind }) => kind === "problem" || kind === "progress")).toHaveLength(1);
});
