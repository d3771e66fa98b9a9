// A run follows from its settings, and settings survive the way through an address. The default settings of each data set learn it.
import { expect, it } from "vitest";
import { linksOf, spotsOf } from "../../src/net/layout.ts";
import { emptyCurves, withPoint } from "../../src/net/run/curves.ts";
import { Engine } from "../../src/net/run/engine.ts";
import { linkOf, maxLinkLength, read, rounded, written } from "../../src/net/run/link.ts";
import type { FromNet, NetReport } from "../../src/net/run/messages.ts";
import { progressIn, restored, stored } from "../../src/net/run/saved.ts";
import {
  currentOf,
  defaultSettings,
  defaultsFor,
  followsRecipe,
  learntWithin,
  limits,
  type Settings,
  withData,
} from "../../src/net/run/settings.ts";
import { Trainer } from "../../src/net/run/trainer.ts";
import { datasetNames } from "../../src/points/datasets.ts";

const through = (settings: Settings): Settings => read(new URLSearchParams(written(settings))).settings;
const reportOf = (trainer: Trainer): NetReport => ({ kind: "report", heard: 1, trace: [], ...trainer.report(false) });
const after = (trainer: Trainer, steps: number): Trainer => {
  for (let i = 0; i < steps; i++) trainer.advance();
  return trainer;
};

it("settings with their default value are left out of the address, each data set by its own defaults", () => {
  expect(written(defaultSettings)).toEqual({});
  for (const data of datasetNames) {
    expect(Object.keys(written(defaultsFor(data))).filter((name) => name !== "data")).toEqual([]);
    expect(through(defaultsFor(data))).toEqual(defaultsFor(data));
  }
});

it("all settings come back from the address", () => {
  const settings: Settings = {
    data: "yours",
    inputs: ["x", "xx", "siny"],
    points: [rounded({ x: 0.5, y: -1.25, kind: 1 }), rounded({ x: -1.6, y: 1.6, kind: -1 })],
    layers: [3, 8, 1],
    activation: "relu",
    rate: 0.03,
    decay: 0.001,
    noise: 0.2,
    count: 40,
    seed: 42,
    edits: [
      { step: 0, target: "rate", value: 0.1 },
      { step: 12, target: "1.7.b", value: -0.25 },
    ],
  };
  expect(through(settings)).toEqual(settings);
  expect(through({ ...settings, layers: [] }).layers).toEqual([]);
  expect(through({ ...settings, layers: [1, 2, 3, 4, 5, 6, 7, 8] }).layers).toHaveLength(8);
});

it("an invalid setting in an address gets its default value, and is named", () => {
  const query =
    "data=suns&layers=9.0.-1.x&act=step&rate=-1&decay=NaN&seed=1.5&in=z&to=-3&edits=x*y*z_1*rate*_2*0.0.c*1";
  const { settings, unread, to } = read(new URLSearchParams(query));
  expect([settings, to]).toEqual([defaultSettings, 0]);
  expect(unread).toHaveLength(11);
  expect(unread).toContain("act=step");
  const deep = Array.from({ length: limits.layers + 1 }, () => 2).join(".");
  expect(read(new URLSearchParams({ layers: deep })).unread).toEqual([`layers=${deep}`]);
  expect(read(new URLSearchParams("act=constructor&data=__proto__&in=toString")).unread).toHaveLength(3);
});

/** A run with a change before each of `count` steps. */
function changedOften(count: number): Trainer {
  const trainer = new Trainer(defaultSettings);
  for (let step = 0; step < count; step++) {
    trainer.edit(step % 3 === 0 ? "rate" : `0.${step % 8}.1`, Math.round(100 * Math.sin(step + 1)) / 200);
    trainer.advance();
  }
  return after(trainer, 5);
}

it("a link with far more than forty changes replays the same loss, digit for digit", () => {
  const first = changedOften(60);
  const settings = { ...defaultSettings, edits: first.report(false).edits };
  const link = linkOf(settings, first.step);
  expect([link.step, link.edits, link.allEdits]).toEqual([65, 60, 60]);
  const reading = read(new URLSearchParams(link.settings));
  const again = after(new Trainer(reading.settings), reading.to);
  expect(again.loss).toBe(first.loss);
  expect(again.report(false).surface).toEqual(first.report(false).surface);
});

it("a link that cannot hold all changes leads to the step of the first one that is missing, and says so", () => {
  const edits = Array.from({ length: 2000 }, (_, step) => ({ step, target: "0.0.0", value: step / 1000 }));
  const link = linkOf({ ...defaultSettings, edits }, 5000);
  expect(new URLSearchParams(link.settings).toString().length).toBeLessThanOrEqual(maxLinkLength + 20);
  expect(link.edits).toBeLessThan(2000);
  expect(link.step).toBe(link.edits);
  expect(read(new URLSearchParams(link.settings)).settings.edits).toEqual(edits.slice(0, link.edits));
  const unsent = { step: 9000, target: "rate", value: 1 };
  expect(linkOf({ ...defaultSettings, edits: [unsent] }, 100)).toMatchObject({ step: 100, edits: 0, allEdits: 0 });
});

it("a stored run goes on as if it had never stopped", () => {
  const first = new Trainer(defaultSettings);
  first.edit("rate", 0.2);
  after(first, 10).edit("1.2.b", 0.5);
  after(first, 5);
  const report = reportOf(first);
  const settings = { ...defaultSettings, edits: report.edits };
  const curves = withPoint(emptyCurves, report);
  const saved = { settings, progress: progressIn(report), curves, ghosts: [curves] };
  const back = restored(structuredClone(stored(saved)));
  expect(back).toEqual(saved);
  const again = new Trainer(back?.settings ?? defaultSettings, back?.progress);
  expect(again.report(false)).toEqual(first.report(false));
  expect(after(again, 20).loss).toBe(after(first, 20).loss);
});

it("what the store holds of another version, or of a net of other sizes, is not taken", () => {
  const report = reportOf(after(new Trainer(defaultSettings), 2));
  const saved = { settings: defaultSettings, progress: progressIn(report), curves: emptyCurves, ghosts: [] };
  const good = stored(saved);
  expect(restored(good)).toEqual(saved);
  const { progress } = good;
  for (const bad of [
    undefined,
    null,
    7,
    { ...good, version: 2 },
    { ...good, settings: { layers: "4" } },
    { ...good, settings: { layers: "wide" } },
    { ...good, progress: { ...progress, layers: progress?.layers.slice(1) } },
    { ...good, progress: { ...progress, step: -1 } },
  ])
    expect(restored(bad)).toBeNull();
  expect(restored({ ...good, curves: { steps: [1] }, ghosts: [3] })).toEqual(saved);
});

it("the default settings of each data set learn it: at least 95 % of the points to learn from, and 90 % of the others", () => {
  for (const data of datasetNames) {
    const trainer = new Trainer(defaultsFor(data));
    while (trainer.step < learntWithin[data] && (trainer.accuracy ?? 0) < 0.95) trainer.advance();
    expect(trainer.accuracy, data).toBeGreaterThanOrEqual(0.95);
    expect(trainer.point().test?.accuracy, data).toBeGreaterThanOrEqual(0.9);
  }
});

it("without a hidden layer circles stay mixed, until the net is given x² and y²", () => {
  const flat = { ...defaultsFor("circles"), layers: [] };
  expect(after(new Trainer(flat), 150).accuracy).toBeLessThan(0.75);
  expect(after(new Trainer({ ...flat, inputs: ["xx", "yy"] }), 150).accuracy).toBeGreaterThanOrEqual(0.95);
});

it("other data takes along what the visitor chose, and the recipe of the data for the rest", () => {
  const moved = withData({ ...defaultSettings, activation: "relu" }, "spirals", []);
  expect([moved.layers, moved.activation, moved.count]).toEqual([[8, 8, 8], "relu", 140]);
  expect([followsRecipe(moved), followsRecipe(withData(defaultSettings, "spirals", []))]).toEqual([false, true]);
  expect(currentOf({ ...moved, edits: [{ step: 3, target: "rate", value: 1 }] }, "rate")).toBe(1);
});

it("without points no step is taken, and too high a rate ends in a loss that is not a number, which the report says", () => {
  const empty = new Trainer(defaultsFor("yours"));
  empty.advance();
  expect([empty.step, empty.loss, empty.point().test]).toEqual([0, null, null]);
  const wild = new Trainer({ ...defaultSettings, rate: 10, decay: 1 });
  for (let step = 0; step < 500 && !wild.isLost; step++) wild.advance();
  expect(wild.isLost).toBe(true);
  expect(wild.report(true).lost).toBe(true);
});

it("neurons stand in columns within the picture, and every weight has its link", () => {
  const spots = spotsOf([8, 3, 1], 2);
  expect(spots).toHaveLength(2 + 8 + 3 + 1);
  for (const { x, y } of spots) expect(x > 0 && x < 1 && y > 0 && y < 1).toBe(true);
  expect(linksOf(spots)).toHaveLength(2 * 8 + 8 * 3 + 3);
  expect(linksOf(spotsOf([1], 7))).toHaveLength(7);
});

it("the engine holds the training during a drag, which is one change, and waits for the page to draw", async () => {
  const told: FromNet[] = [];
  const engine = new Engine((message) => told.push(message));
  const reports = () => told.filter((message) => message.kind === "report");
  const settings = { ...defaultSettings, layers: [2], count: 20 };
  engine.hear({ kind: "make", number: 7, settings, from: null, until: 0 });
  engine.hear({ kind: "run", number: 7 });
  await expect.poll(() => reports().length).toBe(1);
  engine.hear({ kind: "edit", target: "0.0.0", value: 0.1, hold: true });
  engine.hear({ kind: "edit", target: "0.0.0", value: 0.2, hold: true });
  engine.hear({ kind: "drawn" });
  expect(reports()).toHaveLength(2);
  const held = reports()[1];
  await new Promise((resolve) => setTimeout(resolve, 60));
  engine.hear({ kind: "drawn" });
  engine.hear({ kind: "edit", target: "0.0.0", value: 0.3, hold: true });
  expect(reports().at(-1)?.step).toBe(held.step);
  engine.hear({ kind: "drawn" });
  engine.hear({ kind: "let go" });
  await expect.poll(() => reports().at(-1)?.step).toBeGreaterThan(held.step);
  engine.hear({ kind: "drawn" });
  engine.hear({ kind: "rest", number: 7 });
  expect(reports().at(-1)?.edits).toEqual([{ step: held.step, target: "0.0.0", value: 0.3 }]);
  expect(new Set(told.map(({ heard }) => heard))).toEqual(new Set([7]));
});

it("a replay runs without a pace, tells how far it has come, and brings the curves along", async () => {
  const told: FromNet[] = [];
  const engine = new Engine((message) => {
    told.push(message);
    if (message.kind === "report") queueMicrotask(() => engine.hear({ kind: "drawn" }));
  });
  const until = 600;
  engine.hear({ kind: "make", number: 1, settings: { ...defaultSettings, layers: [4] }, from: null, until });
  await expect.poll(() => told.some((message) => message.kind === "report" && message.step === until)).toBe(true);
  const curves = told.flatMap(({ trace }) => trace).reduce(withPoint, emptyCurves);
  expect(curves.steps.length).toBeGreaterThanOrEqual(190);
  expect(curves.steps).toEqual(curves.steps.toSorted((a, b) => a - b));
});

/** An engine of a small net whose page draws each report at once, and the reports. */
function engineAt(settings: Settings, until: number): { engine: Engine; last: () => NetReport | undefined } {
  const told: NetReport[] = [];
  const engine = new Engine((message) => {
    if (message.kind === "report") told.push(message);
    queueMicrotask(() => engine.hear({ kind: "drawn" }));
  });
  engine.hear({ kind: "make", number: 1, settings, from: null, until });
  return { engine, last: () => told.at(-1) };
}

it("each report says which command the engine had heard last, and every command is answered", async () => {
  const { engine, last } = engineAt({ ...defaultSettings, layers: [2], count: 20 }, 0);
  expect(last()).toMatchObject({ heard: 1, runs: false });
  await null;
  engine.hear({ kind: "run", number: 2 });
  await expect.poll(() => last()).toMatchObject({ heard: 2, runs: true });
  engine.hear({ kind: "rest", number: 3 });
  await expect.poll(() => last()).toMatchObject({ heard: 3, runs: false });

  const lost = engineAt({ ...defaultSettings, rate: 10, decay: 1 }, 500);
  await expect.poll(() => lost.last()).toMatchObject({ heard: 1, runs: false, lost: true });
  lost.engine.hear({ kind: "run", number: 2 });
  await expect.poll(() => lost.last()).toMatchObject({ heard: 2, runs: false });
});

it("a step is counted from where the engine is, and steps asked for together are all taken", async () => {
  const { engine, last } = engineAt({ ...defaultSettings, layers: [2], count: 20 }, 0);
  engine.hear({ kind: "run", number: 2 });
  await expect.poll(() => last()?.step).toBeGreaterThan(3);
  engine.hear({ kind: "rest", number: 3 });
  await expect.poll(() => last()?.heard).toBe(3);
  const { step = 0 } = last() ?? {};
  for (let number = 4; number < 7; number++) engine.hear({ kind: "step", number });
  // Between two steps the page takes the net for paused, and Step can be pressed again.
  engine.hear({ kind: "edit", target: "rate", value: 0.1, hold: false });
  expect(last()).toMatchObject({ heard: 6, runs: false, step });
  await expect.poll(() => last()).toMatchObject({ heard: 6, runs: false, step: step + 3 });
  engine.hear({ kind: "run", number: 7 });
  engine.hear({ kind: "step", number: 8 });
  await expect.poll(() => last()).toMatchObject({ heard: 8, runs: false, step: step + 4 });
});
