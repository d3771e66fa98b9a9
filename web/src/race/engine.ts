// The race, in a worker: the three nets take turns of some milliseconds, so that other work of the machine slows all three alike. The
// time of a net is that of its own steps.
import type { Port } from "../engine/port.ts";
import { pointsOf } from "../points/datasets.ts";
import { gridOf } from "../points/surface.ts";
import { arrays, type Contestant, compiled, scalars } from "./contestants.ts";
import { comparedStep, type FromRace, type Standing, surfaceSide, type ToRace, totalSteps } from "./messages.ts";

const turnMs = 12;
const reportMs = 120; // time between two reports

interface Run {
  readonly contestant: Contestant;
  steps: number;
  milliseconds: number;
  first: number;
  loss: number;
  lossInCommon: number | null;
}

export function start(port: Port<ToRace, FromRace>): void {
  let race: Race | null = null;
  port.listen((message) => {
    switch (message.kind) {
      case "start":
        race?.rest();
        race = new Race(port, message.width);
        race.run();
        break;
      case "pause":
        race?.rest();
        break;
      case "go on":
        race?.run();
        break;
      default:
        message satisfies never;
    }
  });
}

class Race {
  readonly #port: Port<ToRace, FromRace>;
  readonly #runs: readonly Run[];
  #reportedAt = 0;
  #explained = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(port: Port<ToRace, FromRace>, width: number) {
    this.#port = port;
    const points = pointsOf("moons");
    this.#runs = [scalars, arrays, compiled].map((make) => ({
      contestant: make(points, width),
      steps: 0,
      milliseconds: 0,
      first: 0,
      loss: Number.NaN,
      lossInCommon: null,
    }));
    this.#tell();
  }

  run(): void {
    this.#timer ??= setTimeout(() => this.#round());
  }

  rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #round(): void {
    this.#timer = null;
    for (const run of this.#runs) advance(run);
    const chapters = this.#runs.find(({ contestant }) => contestant.chapters)?.contestant.chapters;
    if (!this.#explained && chapters) this.#port.send({ kind: "explained", chapters: chapters() });
    this.#explained = true;
    const over = this.#runs.every(({ steps }) => steps >= totalSteps);
    if (over || performance.now() - this.#reportedAt > reportMs) this.#tell();
    if (!over) this.run();
  }

  #tell(): void {
    this.#reportedAt = performance.now();
    const places = gridOf(surfaceSide);
    const standings = this.#runs.map(
      ({ contestant, ...at }): Standing => ({ ...at, runner: contestant.runner, surface: contestant.scores(places) }),
    );
    this.#port.send({ kind: "standings", standings, over: standings.every(({ steps }) => steps >= totalSteps) });
  }
}

/** Takes steps for one turn, at least one. */
function advance(run: Run): void {
  const began = performance.now();
  while (run.steps < totalSteps) {
    run.loss = run.contestant.step();
    run.steps++;
    if (run.steps === 1) run.first = performance.now() - began;
    if (run.steps === comparedStep) run.lossInCommon = run.loss;
    if (performance.now() - began > turnMs) break;
  }
  run.milliseconds += performance.now() - began;
}
