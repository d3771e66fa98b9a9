// The race, in a worker: the nets take turns, and the net that has had the least time is next. So each has had the same time at the end, and
// other work of the machine slows all alike. One of them runs on the GPU where there is one; while it does, the others wait, as it waits for
// them. The race ends when the time of each net is used up.
import { ChainruleError } from "chainrule";
import { findGpu, type GpuFacts, refusalIn } from "../engine/gpu.ts";
import type { Port } from "../engine/port.ts";
import { type Point, pointsOf } from "../points/datasets.ts";
import { gridOf } from "../points/surface.ts";
import { arrays, type Contestant, compiled, onGpu, scalars } from "./contestants.ts";
import { Lane } from "./lane.ts";
import { type Comparison, type FromRace, raceMs, type Standing, surfaceSide, type ToRace } from "./messages.ts";

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
  readonly #width: number;
  readonly #places = gridOf(surfaceSide);
  #lanes: readonly Lane[];
  #reportedAt = 0;
  #gpu: GpuFacts | null = null;
  #isOpen = false;
  #isExplained = false;
  #running = false;
  /** Whether a round has begun, which may be waiting for the GPU. */
  #inRound = false;

  constructor(send: (message: FromRace) => void, width: number) {
    this.#send = send;
    this.#width = width;
    this.#lanes = [scalars, arrays, compiled].map((make) => this.#laneOf(make));
    void this.#tell(false);
  }

  run(): void {
    this.#running = true;
    if (!this.#inRound) this.#next();
  }

  rest(): void {
    this.#running = false;
  }

  #laneOf(make: (points: readonly Point[], width: number) => Contestant): Lane {
    return new Lane(make(pointsOf("moons"), this.#width), raceMs);
  }

  #next(): void {
    this.#inRound = true;
    setTimeout(() => void this.#round());
  }

  async #round(): Promise<void> {
    const over = this.#running && (await this.#turns());
    this.#inRound = false;
    if (this.#running && !over) this.#next();
  }

  /** Lets the lanes take turns until messages are due; returns whether the race is over. */
  async #turns(): Promise<boolean> {
    if (!this.#isOpen) await this.#open();
    const began = performance.now();
    let lane = nextLane(this.#lanes);
    while (lane !== null && performance.now() - began < roundMs) {
      await this.#turn(lane);
      lane = nextLane(this.#lanes);
    }
    if (!this.#running) return false;
    this.#explain();
    const over = lane === null;
    if (over || performance.now() - this.#reportedAt > reportMs) await this.#tell(over);
    return over;
  }

  /** Adds the lane of the GPU where there is one. */
  async #open(): Promise<void> {
    this.#isOpen = true;
    const gpu = await findGpu();
    this.#gpu = gpu;
    this.#send({ kind: "gpu", gpu });
    if (gpu?.refusal === null) this.#lanes = [...this.#lanes, this.#laneOf(onGpu)];
  }

  async #turn(lane: Lane): Promise<void> {
    try {
      await lane.turn(turnMs);
    } catch (error) {
      this.#leaveOut(lane, error);
    }
  }

  /** The race goes on without a GPU that failed. */
  #leaveOut(lane: Lane, error: unknown): void {
    if (lane.contestant.runner !== "gpu" || this.#gpu === null || !(error instanceof ChainruleError)) throw error;
    this.#lanes = this.#lanes.filter((one) => one !== lane);
    this.#send({ kind: "gpu", gpu: { ...this.#gpu, refusal: refusalIn(error) ?? { why: "failed" } } });
  }

  /** The chapters of the compiled step, once it is compiled. */
  #explain(): void {
    for (const { contestant, steps } of this.#lanes) {
      if (this.#isExplained || steps === 0 || !("chapters" in contestant)) continue;
      this.#isExplained = true;
      this.#send({ kind: "explained", chapters: contestant.chapters?.() ?? [] });
    }
  }

  async #tell(over: boolean): Promise<void> {
    this.#reportedAt = performance.now();
    const standings: Standing[] = [];
    for (const lane of this.#lanes) {
      try {
        standings.push(await lane.standing(this.#places));
      } catch (error) {
        this.#leaveOut(lane, error);
      }
    }
    this.#send({ kind: "standings", standings, over, comparison: comparisonOf(this.#lanes) });
  }
}
