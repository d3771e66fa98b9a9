// Records the events of a run for --report, and fills in the rest of the report's data.
import { existsSync } from "node:fs";
import type { Sequential } from "chainrule";
import type { Description } from "chainrule/model";
import { checkWritable, readBytes, writeWhole } from "chainrule/node";
import type { Evaluation, FitEvent } from "chainrule/train";
import type { Data, Pictures } from "../data-set.ts";
import { BadInput, reading } from "../failure.ts";
import { type Spent, spentWords } from "../large/pace.ts";
import type { Excerpt } from "../pictures/excerpt.ts";
import { fingerprintOf } from "../pictures/shape.ts";
import type { EpochPoint, Mistake, ReportData, StepPoint } from "../report/report-data.ts";
import { commandLine } from "../terminal/screen.ts";
import { version } from "../version.ts";
import { type Look, lookOf } from "../why/looking.ts";
import type { Plan } from "./plan.ts";

/** Above this many recorded steps every second one is dropped; a chart has fewer pixels. */
const maxRecordedSteps = 20_000;

export class Recorder {
  readonly #steps: StepPoint[] = [];
  readonly #epochs: EpochPoint[] = [];
  #every = 1;
  #stepsPerEpoch = 1;
  #seconds = 0;

  see(event: FitEvent): void {
    if (event.type === "start") {
      this.#stepsPerEpoch = event.stepsPerEpoch;
      return;
    }
    this.#seconds = event.seconds;
    if (event.type === "step" && event.step % this.#every === 0) {
      const { step, loss, accuracy } = event;
      this.#steps.push({ step, loss, accuracy });
      if (this.#steps.length > maxRecordedSteps) this.#thin();
    } else if (event.type === "epoch") {
      const { epoch, loss, accuracy, epochSeconds: seconds } = event;
      this.#epochs.push({ epoch, training: { loss, accuracy }, validation: null, seconds });
    } else if (event.type === "validation") {
      const { epoch, loss, accuracy } = event;
      const last = this.#epochs.findIndex((point) => point.epoch === epoch);
      if (last >= 0) this.#epochs[last] = { ...this.#epochs[last], validation: { loss, accuracy } };
    }
  }

  #thin(): void {
    this.#every *= 2;
    const remaining = this.#steps.filter(({ step }) => step % this.#every === 0);
    this.#steps.splice(0, this.#steps.length, ...remaining);
  }

  get curves(): ReportData["curves"] {
    return { stepsPerEpoch: this.#stepsPerEpoch, steps: this.#steps, epochs: this.#epochs };
  }

  /** Seconds of training. */
  get seconds(): number {
    return this.#seconds;
  }
}

/** Throws BadInput, before anything is computed, where the report could not be written, or would replace a file that is not HTML. */
export async function checkReport(file: string): Promise<void> {
  await reading(() => checkWritable(file));
  if (!existsSync(file)) return;
  const start = Buffer.from((await reading(() => readBytes(file))).subarray(0, 64)).toString("latin1");
  if (start !== "" && !/^\s*<(!doctype html|html)/i.test(start))
    throw new BadInput(
      `--report ${file}: exists and is not an HTML page, so it is not overwritten; choose another name`,
    );
}

/** The course of a training, and its seconds. */
export type Course = Pick<Recorder, "curves" | "seconds">;

/** What the report tells about a training besides its course. */
export interface Told {
  /** The net in a few words, "conv-bn". */
  readonly net: string;
  readonly seed: number;
  /** All other options. */
  readonly options: ReportData["run"]["options"];
}

/** `spent`: what the epochs of streamed pictures took; null for pictures in memory. */
export const toldOf = (plan: Plan, spent: Spent | null): Told => ({
  net: plan.model,
  seed: plan.seed,
  options: { ...settings(plan), ...(spent === null ? {} : { reading: spentWords(spent) }) },
});

export interface Finished {
  readonly told: Told;
  readonly description: Description;
  readonly net: Sequential;
  readonly data: Data<Pictures>;
  /** The test pictures that are shown. */
  readonly shown: Excerpt;
  readonly evaluation: Evaluation;
  /** A sentence about test pictures that are copies of training pictures; null where there are none. */
  readonly copies: string | null;
  readonly seconds: { readonly test: number; readonly total: number };
}

export async function report(
  file: string,
  recorder: Course,
  { told, description, net, data, shown, evaluation, copies, seconds }: Finished,
): Promise<void> {
  const { firstFilters, firstRecognised, worstMistakes, writeReport } = await import("../report/report.ts");
  const { loss, confusion } = evaluation;
  const files = data.files?.test ?? null;
  const look = await lookOf({ net, description }, 1);
  const worst = worstMistakes(shown, evaluation, files);
  const right = look === null ? [] : firstRecognised(shown, evaluation, files);
  const page = writeReport({
    title: `${told.net} on ${data.name}`,
    date: new Date().toISOString().slice(0, 10),
    classes: description.classes,
    curves: recorder.curves,
    test: { name: "test", loss, confusion, ...(copies === null ? {} : { copies: asSentence(copies) }) },
    mistakes: await withHeat(look, worst),
    ...(look === null ? {} : { recognised: await withHeat(look, right) }),
    filters: firstFilters(net.stateDict(), description.input),
    tree: String(net),
    parameters: net.parameters().reduce((sum, { size }) => sum + size, 0),
    run: {
      command: commandLine(process.argv.slice(2)),
      seed: told.seed,
      options: told.options,
      versions: { chainrule: version, node: process.versions.node },
      platform: `${process.platform} ${process.arch}`,
      data: {
        name: data.name,
        fingerprint: fingerprintOf(data.train),
        training: data.train.labels.size,
        validation: data.validation?.labels.size ?? 0,
        test: data.test.labels.size,
        shape: description.input,
      },
      seconds: { training: recorder.seconds, ...seconds },
    },
  });
  await reading(() => writeWhole(file, new TextEncoder().encode(page)));
}

/** The pictures with where the net looked for its answer, where that is known. */
async function withHeat(look: Look | null, pictures: readonly Mistake[]): Promise<Mistake[]> {
  if (look === null) return [...pictures];
  const found: Mistake[] = [];
  for (const shown of pictures) {
    const [heat] = await look(shown.picture.bytes, [shown.answer]);
    found.push({ ...shown, heat });
  }
  return found;
}

const asSentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function settings({ model, epochs, batchSize, lr, validation, patience, augment }: Plan): ReportData["run"]["options"] {
  const changes = Object.entries(augment ?? {}).filter(([, amount]) => amount !== false && amount !== 0);
  return {
    model,
    epochs,
    "batch size": batchSize,
    optimiser: "Adam",
    "learning rate": `${lr}, falling to 0`,
    ...(validation === 0 ? {} : { "validation fraction": validation }),
    ...(patience === null ? {} : { patience }),
    augmentation: changes.length === 0 ? "none" : changes.map(([name, amount]) => `${name} ${amount}`).join(", "),
  };
}
