// The engine of the part with the visitor's own classes: it keeps the pictures, trains, and answers. Bad files and failed downloads are
// reported and change nothing; any other error ends the worker, and the page reports that.
import { ChainruleError, threadsReady } from "chainrule";
import type { Port } from "../../engine/port.ts";
import { Trouble } from "../../images/trouble.ts";
import { forget, recall, remember } from "../../store/store.ts";
import { signatureOf } from "../list.ts";
import type { Format, ModelFacts, NewPicture, Problem, Progress, Shown, ToEngine, ToPage } from "../messages.ts";
import { Album } from "./album.ts";
import type { Likeness } from "./likeness.ts";
import { type Answer, Model } from "./model.ts";
import { keptForm, pictureOf, thumbnailOf } from "./pictures.ts";
import { NotFetched } from "./pretrained.ts";
import { Trainer } from "./trainer.ts";

/** Milliseconds. */
const progressPause = 150;
const modelKey = "classes model";

export function start(port: Port<ToEngine, ToPage>): void {
  let engine: Engine | null = null;
  port.listen((message) => {
    if (message.kind === "open") engine = new Engine(port, message.backbone);
    else engine?.hear(message);
  });
}

interface Known {
  readonly model: Model;
  readonly facts: ModelFacts;
}

class Engine {
  readonly #port: Port<ToEngine, ToPage>;
  readonly #album = new Album({ forget, recall, remember });
  readonly #trainer: Trainer;
  #known: Known | null = null;
  #before: Known | null = null;
  #training: AbortController | null = null;
  /** The last action on pictures: they come one after the other, in the order of the messages. */
  #last: Promise<void> = Promise.resolve();
  #storageTold = false;
  #told: { readonly stage: Progress["stage"] | null; readonly at: number } = { stage: null, at: 0 };

  constructor(port: Port<ToEngine, ToPage>, backbone: string) {
    this.#port = port;
    this.#trainer = new Trainer(this.#album, backbone);
    void threadsReady().then((threads) => port.send({ kind: "opened", threads }));
    this.#then(() => this.#recallModel());
  }

  hear(message: Exclude<ToEngine, { kind: "open" }>): void {
    switch (message.kind) {
      case "add":
        for (const picture of message.pictures) this.#then(() => this.#add(picture));
        this.#then(() => this.#ahead());
        return;
      case "recall":
        this.#then(() => this.#recall(message.pictures));
        return;
      case "remove":
        this.#then(async () => this.#album.remove(message.pictures));
        return;
      case "restore":
        this.#then(() => this.#album.restore(message.pictures));
        return;
      case "train": {
        // A stop counts from now on, though pictures that came before may still be read.
        const training = new AbortController();
        this.#training = training;
        this.#then(() => this.#train(message, training));
        return;
      }
      case "stop":
        this.#training?.abort();
        return;
      case "look":
        void this.#look(message.shown);
        return;
      case "write":
        void this.#write(message.format);
        return;
      case "read":
        void this.#read(message.file);
        return;
      case "back":
        if (this.#before !== null) void this.#become(this.#before, { fresh: false, bytes: this.#before.model.bytes });
        return;
      default:
        message satisfies never;
    }
  }

  /** A failure of an action is a failure of the worker, and the actions after it wait for nothing. */
  #then(action: () => Promise<void>): void {
    this.#last = this.#last.then(action);
  }

  #tell(problem: Problem): void {
    this.#port.send({ kind: "problem", problem });
  }

  async #add({ id, shown }: NewPicture): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = keptForm(await pictureOf(shown));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      this.#port.send({ kind: "refused", picture: id, problem: { what: "file", told: error.told } });
      return;
    }
    const stored = await this.#album.add(id, bytes);
    this.#port.send({ kind: "pictures", pictures: [{ id, thumbnail: await thumbnailOf(bytes) }] });
    if (stored || this.#storageTold) return;
    this.#storageTold = true;
    this.#tell({ what: "storage" });
  }

  async #ahead(): Promise<void> {
    if (this.#training === null) await this.#trainer.ahead();
  }

  async #recall(wanted: readonly string[]): Promise<void> {
    const found = await this.#album.recall(wanted);
    const there = new Set(found.map(({ id }) => id));
    const lost = wanted.filter((id) => !there.has(id));
    if (lost.length > 0) this.#port.send({ kind: "lost", pictures: lost });
    for (const { id, bytes } of found)
      this.#port.send({ kind: "pictures", pictures: [{ id, thumbnail: await thumbnailOf(bytes) }] });
  }

  async #train({ method, classes }: Extract<ToEngine, { kind: "train" }>, training: AbortController): Promise<void> {
    const { signal } = training;
    try {
      const learned = await this.#trainer.train({
        ...{ method, classes, signal },
        tell: (progress) => this.#progress(progress),
      });
      const model = new Model(learned, learned.likeness);
      const { judged, description } = learned;
      const signature = signatureOf(method, classes);
      const facts = { classes: description.classes, method, judged, signature, name: null };
      await this.#become({ model, facts }, { fresh: true, bytes: model.bytes });
    } catch (error) {
      if (error instanceof NotFetched) this.#tell({ what: "fetch", details: error.message });
      else if (!signal.aborted) throw error;
    } finally {
      if (this.#training === training) this.#training = null;
      this.#port.send({ kind: "progress", progress: null });
    }
  }

  /** Tells a few times a second how far the training is, and each new stage at once. */
  #progress(progress: Progress): void {
    const now = performance.now();
    if (progress.stage === this.#told.stage && now - this.#told.at < progressPause) return;
    this.#told = { stage: progress.stage, at: now };
    this.#port.send({ kind: "progress", progress });
  }

  /** `bytes`: the model's file. The page hears of a model that is stored: another engine has it, should this one end. */
  async #become(
    known: Known,
    { fresh, bytes }: { readonly fresh: boolean; readonly bytes: Uint8Array },
  ): Promise<void> {
    this.#before = this.#known;
    this.#known = known;
    const { facts } = known;
    await remember(modelKey, { bytes, facts, likeness: known.model.likeness } satisfies Stored);
    this.#port.send({ kind: "model", model: facts, fresh });
  }

  async #recallModel(): Promise<void> {
    const stored = await recall(modelKey);
    if (!isStored(stored) || this.#known !== null) return;
    try {
      this.#known = { model: Model.read(stored.bytes, stored.likeness), facts: stored.facts };
    } catch (error) {
      if (!isFileError(error)) throw error;
      await forget(modelKey);
      return;
    }
    this.#port.send({ kind: "model", model: stored.facts, fresh: false });
  }

  async #read(file: File): Promise<void> {
    const { name } = file;
    const bytes = new Uint8Array(await file.arrayBuffer());
    try {
      const model = Model.read(bytes);
      const { classes } = model.description;
      const facts = { classes, name, method: null, judged: null, signature: "" };
      await this.#become({ model, facts }, { fresh: true, bytes });
    } catch (error) {
      if (!isFileError(error)) throw error;
      this.#tell({ what: "file", told: { about: "damagedModel", name, words: error.words } });
    }
  }

  async #look(shown: Shown): Promise<void> {
    let answer: Answer | null = null;
    try {
      if (this.#known !== null) answer = await this.#known.model.answer(await pictureOf(shown));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      this.#tell({ what: "file", told: error.told });
    }
    const probabilities = answer === null ? [] : [...answer.probabilities];
    this.#port.send({ kind: "seen", probabilities, isUnlike: answer?.isUnlike ?? false });
  }

  async #write(format: Format): Promise<void> {
    if (this.#known === null) return;
    const { model } = this.#known;
    const bytes = format === "onnx" ? await model.onnx() : model.bytes;
    this.#port.send({ kind: "written", format, bytes }, [bytes.buffer]);
  }
}

const isFileError = (error: unknown): error is ChainruleError =>
  error instanceof ChainruleError && error.code === "file";

/** The model as it is stored in the browser. */
interface Stored {
  readonly bytes: Uint8Array;
  readonly facts: ModelFacts;
  readonly likeness: Likeness | null;
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== "object" || value === null || !("bytes" in value) || !("facts" in value)) return false;
  return value.bytes instanceof Uint8Array;
}
