// A run follows from its settings, and settings survive the way through an address.
import { expect, it } from "vitest";
import { linksOf, spotsOf } from "../src/net/layout.ts";
import { defaultSettings, limits, read, rounded, type Settings, written } from "../src/net/settings.ts";
import { Trainer } from "../src/net/trainer.ts";

const through = (settings: Settings): Settings => read(new URLSearchParams(written(settings)));

it("settings with their default value are left out of the address", () => {
  expect(written(defaultSettings)).toEqual({});
  expect(through(defaultSettings)).toEqual(defaultSettings);
});

it("all settings come back from the address", () => {
  const settings: Settings = {
    data: "yours",
    points: [rounded({ x: 0.5, y: -1.25, kind: 1 }), rounded({ x: -1.6, y: 1.6, kind: -1 })],
    layers: [3, 8, 1],
    activation: "relu",
    rate: 0.03,
    decay: 0.001,
    seed: 42,
    edits: [
      { step: 0, target: "rate", value: 0.1 },
      { step: 12, target: "1.7.b", value: -0.25 },
    ],
  };
  expect(through(settings)).toEqual(settings);
});

it("an invalid setting in an address gets its default value", () => {
  const query = "data=suns&layers=9.0.-1.x&act=step&rate=-1&decay=NaN&seed=1.5&edits=x*y*z_1*rate*_2*0.0.c*1";
  expect(read(new URLSearchParams(query))).toEqual(defaultSettings);
  const deep = Array.from({ length: limits.layers + 1 }, () => 2).join(".");
  expect(read(new URLSearchParams({ layers: deep })).layers).toEqual(defaultSettings.layers);
});

it("the same settings give the same run, to the bit, changes during the run included", () => {
  const first = new Trainer(defaultSettings);
  const losses: (number | null)[] = [];
  for (let step = 0; step < 30; step++) {
    if (step === 10) first.edit("rate", 0.05);
    if (step === 20) first.edit("0.3.1", 2);
    first.advance();
    losses.push(first.loss);
  }
  const { edits } = first.report(false);
  expect(edits).toHaveLength(2);
  const again = new Trainer(through({ ...defaultSettings, edits }));
  for (const loss of losses) {
    again.advance();
    expect(again.loss).toBe(loss);
  }
});

it("moons, circles and exclusive or are learnt within 150 steps", () => {
  for (const data of ["moons", "circles", "xor"] as const) {
    const trainer = new Trainer({ ...defaultSettings, data });
    for (let step = 0; step < 150; step++) trainer.advance();
    expect(trainer.accuracy, data).toBeGreaterThanOrEqual(0.95);
  }
});

it("without points no step is taken, and too high a rate ends in a loss that is not a number, which the report says", () => {
  const empty = new Trainer({ ...defaultSettings, data: "yours" });
  empty.advance();
  expect([empty.step, empty.loss]).toEqual([0, null]);
  const wild = new Trainer({ ...defaultSettings, rate: 10, decay: 1 });
  for (let step = 0; step < 500 && !wild.isLost; step++) wild.advance();
  expect(wild.isLost).toBe(true);
  expect(wild.report(true).lost).toBe(true);
});

it("neurons stand in columns within the picture, and every weight has its link", () => {
  const spots = spotsOf([8, 3, 1]);
  expect(spots).toHaveLength(2 + 8 + 3 + 1);
  for (const { x, y } of spots) expect(x > 0 && x < 1 && y > 0 && y < 1).toBe(true);
  expect(linksOf(spots)).toHaveLength(2 * 8 + 8 * 3 + 3);
});
