// The race, in a worker: the three take turns of some milliseconds, so that each has the same time whatever else the machine does; only
// its own steps count for each.
import type { Port } from "../engine/port.ts";
import { pointsOf } from "../points/datasets.ts";
import { gridOf } from "../points/surface.ts";
import { arrays, type Contestant, compiled, scalars } from "./contestants.ts";
import { common, distance, type FromRace, type Standing, side, type ToRace } from "./messages.ts";

const turn = 12; // ms
const pause = 120; // ms between two reports

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
  #told = 0;
  #explained = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(port: Port<ToRace, FromRace>, width: number) {
    this.#port = port;
    const points = pointsOf("moons");
    this.#runs = [scalars, arrays, compiled].map((make) => ({
      contestant: make(points, width),
      ...{ steps: 0, milliseconds: 0, first: 0, loss: Number.NaN, lossInCommon: null },
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
    const over = this.#runs.every(({ steps }) => steps >= distance);
    if (over || performance.now() - this.#told > pause) this.#tell();
    if (!over) this.run();
  }

  #tell(): void {
    this.#told = performance.now();
    const places = gridOf(side);
    const standings = this.#runs.map(
      ({ contestant, ...at }): Standing => ({ ...at, runner: contestant.runner, surface: contestant.scores(places) }),
    );
    this.#port.send({ kind: "standings", standings, over: standings.every(({ steps }) => steps >= distance) });
  }
}

/** A turn: as many steps as it lasts, and one at least. */
function advance(run: Run): void {
  const began = performance.now();
  while (run.steps < distance) {
    run.loss = run.contestant.step();
    run.steps++;
    if (run.steps === 1) run.first = performance.now() - began;
    if (run.steps === common) run.lossInCommon = run.loss;
    if (performance.now() - began > turn) break;
  }
  run.milliseconds += performance.now() - began;
}
