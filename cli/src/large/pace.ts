// How fast streamed pictures are read and how fast the net learns, apart: so that one sees which of the two waits for the other.
import type { StreamReading } from "chainrule/node";
import type { FitEvent } from "chainrule/train";
import { counted, thousands } from "../wording.ts";

/** What an epoch, or a whole training, took. */
export interface Spent {
  readonly pictures: number;
  readonly seconds: number;
  readonly reading: StreamReading;
}

const none: Spent = { pictures: 0, seconds: 0, reading: { decoded: 0, decodeSeconds: 0, cached: 0, waitedSeconds: 0 } };

export class ReadingPace {
  readonly #reading: () => StreamReading;
  /** The figures when the epoch began, and now. */
  #before = none;
  #now = none;
  #total = none;

  constructor(reading: () => StreamReading) {
    this.#reading = reading;
  }

  /** Must get all events of a run. */
  see(event: FitEvent): void {
    const reading = this.#reading();
    if (event.type === "step") this.#now = { pictures: event.mean.pictures, seconds: event.seconds, reading };
    if (event.type === "start") this.#before = { pictures: event.done.pictures, seconds: 0, reading };
    if (event.type === "start") this.#now = this.#before;
    if (event.type === "epoch") this.#total = combined(this.#total, this.epoch, 1);
    // Validation reads pictures too, which counts for no epoch.
    if (event.type === "epoch" || event.type === "validation") {
      this.#before = { pictures: 0, seconds: event.seconds, reading };
      if (event.type === "validation") this.#now = this.#before;
    }
  }

  /** What the steps of the current epoch took so far; at an "epoch" event, before see(), all of them. */
  get epoch(): Spent {
    return combined(this.#now, this.#before, -1);
  }

  /** What the steps of all complete epochs took. */
  get total(): Spent {
    return this.#total;
  }
}

function combined(one: Spent, other: Spent, sign: 1 | -1): Spent {
  const reading = (key: keyof StreamReading) => one.reading[key] + sign * other.reading[key];
  return {
    pictures: one.pictures + sign * other.pictures,
    seconds: one.seconds + sign * other.seconds,
    reading: {
      decoded: reading("decoded"),
      decodeSeconds: reading("decodeSeconds"),
      cached: reading("cached"),
      waitedSeconds: reading("waitedSeconds"),
    },
  };
}

/** Pictures a second: of decoding, null where none were decoded; and of the net, without the time in which it waited. */
function ratesOf({ pictures, seconds, reading }: Spent): {
  readonly decoded: number | null;
  readonly learned: number;
} {
  const { decoded, decodeSeconds, waitedSeconds } = reading;
  return {
    decoded: decoded === 0 ? null : decoded / decodeSeconds,
    learned: pictures / Math.max(1e-9, seconds - waitedSeconds),
  };
}

/** "reads 310/s, learns 140/s", for a bar; read from the cache nothing is decoded. */
export function briefRates(spent: Spent): string {
  const { decoded, learned } = ratesOf(spent);
  const reads = decoded === null ? "reads the cache" : `decodes ${thousands(Math.round(decoded))}/s`;
  return `${reads}, learns ${thousands(Math.round(learned))}/s`;
}

/** "waited 3.1 s for pictures (1,200 decoded, 310 images/s; 80 from the cache), the net took 8.4 s (140 images/s)" */
export function spentWords(spent: Spent): string {
  const { seconds, reading } = spent;
  const { decoded, learned } = ratesOf(spent);
  const sources = [
    ...(decoded === null ? [] : [`${thousands(reading.decoded)} decoded, ${thousands(Math.round(decoded))} images/s`]),
    ...(reading.cached === 0 ? [] : [`${thousands(reading.cached)} from the cache`]),
  ];
  const from = sources.length === 0 ? "" : ` (${sources.join("; ")})`;
  return `waited ${reading.waitedSeconds.toFixed(1)} s for pictures${from}, the net took ${(seconds - reading.waitedSeconds).toFixed(1)} s (${thousands(Math.round(learned))} images/s)`;
}

/** The same for programs. */
export function spentRecord(spent: Spent) {
  const { decoded, learned } = ratesOf(spent);
  return {
    waitedSeconds: spent.reading.waitedSeconds,
    netSeconds: spent.seconds - spent.reading.waitedSeconds,
    decoded: spent.reading.decoded,
    cached: spent.reading.cached,
    decodedPerSecond: decoded,
    learnedPerSecond: learned,
  };
}

/** Whether reading or the net is the slower of the two. */
export function verdictOn({ seconds, reading: { waitedSeconds } }: Spent): string {
  return waitedSeconds > 0.5 * seconds
    ? "reading is what takes the time: the net waits for it"
    : waitedSeconds > 0.1 * seconds
      ? "the net waits for reading at times"
      : "the net is what takes the time: reading keeps up with it";
}

export const totalWords = (total: Spent): string =>
  `the ${counted(total.pictures, "picture")} of all epochs: ${spentWords(total)}; ${verdictOn(total)}`;
