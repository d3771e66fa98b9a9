// Which updates the host computes where states live on a device, shown as graphs.
import { expect, it } from "vitest";
import { parse, print } from "../../src/compiler/graph-text.ts";
import { hostUpdates } from "../../src/compiler/host-updates.ts";

const parts = (text: string) => {
  const { device, host } = hostUpdates(parse(text));
  return { device: print(device), host: host && print(host) };
};

it("a counter is the host's, and the device reads it; what depends on an argument is the device's", () => {
  const { device, host } = parts(`graph
  %0 = argument 0 : float32[3]
  %1 = state 0 : int32[]
  %2 = state 1 : float32[3]
  %3 = full {dtype: "int32", shape: [], value: 1} : int32[]
  %4 = add %1, %3 : int32[]
  %5 = add %2, %0 : float32[3]
  state 0 <- %4
  state 1 <- %5
  return %5`);
  expect(device).toBe(`graph
  %0 = argument 0 : float32[3]
  %1 = state 0 : int32[]
  %2 = state 1 : float32[3]
  %3 = add %2, %0 : float32[3]
  state 1 <- %3
  return %3`);
  expect(host).toBe(`graph
  %0 = state 0 : int32[]
  %1 = state 1 : float32[3]
  %2 = full {dtype: "int32", shape: [], value: 1} : int32[]
  %3 = add %0, %2 : int32[]
  state 0 <- %3
  return`);
});

it("a small state that reads one of the device's is the device's too, through any number of others", () => {
  const { host } = parts(`graph
  %0 = argument 0 : float32[]
  %1 = state 0 : float32[]
  %2 = state 1 : float32[]
  %3 = state 2 : float32[]
  %4 = add %1, %0 : float32[]
  %5 = neg %1 : float32[]
  %6 = neg %2 : float32[]
  state 0 <- %4
  state 1 <- %5
  state 2 <- %6
  return %4`);
  expect(host).toBeNull();
});

it("large states and random bits are the device's", () => {
  const { host } = parts(`graph
  %0 = state 0 : float32[17]
  %1 = state 1 : int32[2]
  %2 = state 2 : int32[]
  %3 = neg %0 : float32[17]
  %4 = randomBits %1, %2 {bits: 32, shape: [2]} : int32[2]
  state 0 <- %3
  state 1 <- %4
  return %3`);
  expect(host).toBeNull();
});
