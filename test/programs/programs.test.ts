// What people write with the library, from 30 to 60 lines each, under TypeScript's strictest flags: each compiles without a cast, and learns.
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import * as dqn from "./dqn.ts";
import * as gan from "./gan.ts";
import * as lstm from "./lstm.ts";
import * as maskedAttention from "./masked-attention.ts";
import * as uNet from "./u-net.ts";
import * as vae from "./vae.ts";

const root = resolve(import.meta.dirname, "..", "..");

it("all of them pass the type checker with noUncheckedIndexedAccess, exactOptionalPropertyTypes and without skipLibCheck", () => {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", import.meta.dirname], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

it("a variational autoencoder", () => {
  const { first, last } = vae.train(400);
  expect(first).toBeGreaterThan(40);
  expect(last).toBeLessThan(20);
});

it("a GAN generates points near the data", () => {
  const { first, last, names } = gan.train(600);
  expect(first).toBeGreaterThan(1.5);
  expect(last).toBeLessThan(0.5);
  expect(names.slice(0, 5)).toEqual([
    "nets.generator.0.weight",
    "nets.generator.0.bias",
    "nets.generator.2.weight",
    "nets.generator.2.bias",
    "nets.discriminator.0.weight",
  ]);
});

it("an LSTM by hand learns the parity of three bits", () => {
  const { first, last } = lstm.train(400);
  expect(first).toBeGreaterThan(0.6);
  expect(last).toBeLessThan(0.1);
});

it("a U-Net finds discs", () => {
  const { first, last } = uNet.train(60);
  expect(first).toBeGreaterThan(0.5);
  expect(last).toBeLessThan(0.2);
});

it("masked attention: no position attends to the padding, and the attention weights are no part of the model", () => {
  const { first, last, names, onPadding } = maskedAttention.train(300);
  expect(first).toBeGreaterThan(0.9);
  expect(last).toBeLessThan(0.3);
  expect(onPadding).toBe(0);
  expect(names).toEqual([
    "embedding.weight",
    ...["queries", "keys", "values"].flatMap((name) => [`attend.${name}.weight`, `attend.${name}.bias`]),
    "head.weight",
    "head.bias",
  ]);
});

it("Q-learning: the walker goes right everywhere", () => {
  expect(dqn.train(900)).toEqual({ first: expect.any(Number), last: 8 });
});
