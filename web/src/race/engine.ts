// The race, in a worker: the three nets take turns on the same processor, and the net that has had the least time is next. So each has had
// the same time at the end, and other work of the machine slows all three alike. The race ends when the time of each net is used up.
import type { Port } from "../engine/port.ts";
import { pointsOf } from "../points/datasets.ts";
import { gridOf } from "../points/surface.ts";
import { arrays, compiled, scalars } from "./contestants.ts";
import { Lane } from "./lane.ts";
import { type Comparison, type FromRace, raceMs, surfaceSide, type ToRace } from "./messages.ts";

const turnMs = 12;
const roundMs = 36; // time before messages are handled
const reportMs = 150; // time between two reports

export function start(port: Port<ToRace, FromRace>): void {
  let race: Race | null = null;
  port.listen((message) => {
    switch (message.kind) {
      case "start":
        race?.rest();
        race = new Race((told) => port.send(told), message.width);
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

/** The lane that is next: of those with time left, the one with the least time so far. null if the race is over. */
export function nextLane(lanes: readonly Lane[]): Lane | null {
  const open = lanes.filter(({ isOver }) => !isOver);
  return open.length === 0 ? null : open.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
}

/** The losses at the last step that all lanes have taken, as far as they are kept; null before the first. */
export function comparisonOf(lanes: readonly Lane[]): Comparison | null {
  const step = Math.min(...lanes.map(({ losses }) => losses.length));
  return step === 0 ? null : { step, losses: lanes.map(({ losses }) => losses[step - 1]) };
}

class Race {
  readonly #send: (message: FromRace) => void;
  readonly #lanes: readonly Lane[];
  readonly #places = gridOf(surfaceSide);
  #reportedAt = 0;
  #isExplained = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(send: (message: FromRace) => void, width: number) {
    this.#send = send;
    const points = pointsOf("moons");
    this.#lanes = [scalars, arrays, compiled].map((make) => new Lane(make(points, width), raceMs));
    this.#tell(false);
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
    const began = performance.now();
    let lane = nextLane(this.#lanes);
    while (lane !== null && performance.now() - began < roundMs) {
      lane.turn(turnMs);
      lane = nextLane(this.#lanes);
    }
    this.#explain();
    const over = lane === null;
    if (over || performance.now() - this.#reportedAt > reportMs) this.#tell(over);
    if (!over) this.run();
  }

  /** The chapters of the compiled step, once it is compiled. */
  #explain(): void {
    const compiledLane = this.#lanes.find(({ contestant, steps }) => contestant.chapters && steps > 0);
    if (this.#isExplained || !compiledLane?.contestant.chapters) return;
    this.#isExplained = true;
    this.#send({ kind: "explained", chapters: compiledLane.contestant.chapters() });
  }

  #tell(over: boolean): void {
    this.#reportedAt = performance.now();
    const standings = this.#lanes.map((lane) => lane.standing(this.#places));
    this.#send({ kind: "standings", standings, over, comparison: comparisonOf(this.#lanes) });
  }
}
