// The programs behind "Show the code" compute what the widgets show, digit for digit.
import * as chainrule from "chainrule";
import * as scalar from "chainrule/scalar";
import { expect, it } from "vitest";
import { programOf as netProgram } from "../src/net/program.ts";
import { defaultsFor, type Settings } from "../src/net/run/settings.ts";
import { Trainer } from "../src/net/run/trainer.ts";
import { pointsOf } from "../src/points/datasets.ts";
import { arrays, scalars } from "../src/race/contestants.ts";
import { programOf as raceProgram } from "../src/race/program.ts";

/** Runs a program's text with the library of this test, and returns what it prints. */
function printed(program: string): string[] {
  const lines: string[] = [];
  const modules = new Map<string, object>([
    ["chainrule", chainrule],
    ["chainrule/scalar", scalar],
  ]);
  const body = program.replace(/^import (\{.*\}) from "(.*)";$/gm, 'const $1 = modules.get("$2");');
  new Function("modules", "console", body)(modules, { log: (line: string) => lines.push(line) });
  return lines;
}

function lastLine(settings: Settings, steps: number, change?: (trainer: Trainer) => void): [string, string] {
  const trainer = new Trainer(settings);
  for (let step = 0; step < steps; step++) {
    if (step === 4) change?.(trainer);
    trainer.advance();
  }
  const { edits } = trainer.report(false);
  const share = Math.round(100 * (trainer.accuracy ?? 0));
  return [
    printed(netProgram({ ...settings, edits }, steps)).at(-1) ?? "",
    `step ${steps}: loss ${trainer.loss}, accuracy ${share} %`,
  ];
}

it("the net's program prints the loss of the page: other inputs, activations and layers, and none", () => {
  for (const settings of [
    defaultsFor("moons"),
    { ...defaultsFor("circles"), layers: [], inputs: ["x", "y", "xx", "yy", "xy"] as const, decay: 0.01 },
    { ...defaultsFor("spirals"), layers: [3], activation: "relu" as const, seed: 5 },
    {
      ...defaultsFor("yours"),
      points: [
        { x: 0.5, y: 1, kind: 1 as const },
        { x: 0, y: 0, kind: -1 as const },
      ],
    },
  ]) {
    const [program, page] = lastLine(settings, 8);
    expect(program).toBe(page);
  }
});

it("the net's program makes the changes that the visitor made", () => {
  const [program, page] = lastLine(defaultsFor("xor"), 9, (trainer) => {
    trainer.edit("rate", 0.01);
    trainer.edit("decay", 0.1);
    trainer.edit("1.3.b", -0.75);
    trainer.edit("0.2.1", 2);
  });
  expect(program).toBe(page);
});

it("the race's program has the losses of the race", () => {
  const points = pointsOf("moons");
  const [one, two] = [scalars, arrays].map((make) => make(points, 4));
  const losses = Array.from({ length: 25 }, () => [one.step(), two.step()]);
  const lines = printed(raceProgram(4, 60));
  expect(lines.map((line) => line.split(":")[0])).toEqual(["scalars", "arrays", "compiled"]);
  for (const [i, line] of lines.entries()) {
    const [, loss, step] = /loss (\S+) at step (\d+)$/.exec(line) ?? [];
    const expected = losses[Number(step) - 1];
    if (i < 2) expect(Number(loss)).toBe(expected[i]);
    else expect(Math.abs(Number(loss) - expected[1])).toBeLessThan(1e-5);
  }
});
