// The engine of the images part: it holds the nets, their data and their training, and answers to drawings between two steps. A bad file
// or a failed download is told and changes nothing; any other error ends the worker, and the page reports that.
import { threadsReady } from "chainrule";
import { type Dataset, normalisation } from "chainrule/data";
import { type Evaluation, evaluate } from "chainrule/train";
import { findGpu } from "../../engine/gpu.ts";
import type { Port } from "../../engine/port.ts";
import type { Device, ModelFormat, Phase, Seen, ToEngine, ToPage } from "../messages.ts";
import { Missing, Trouble } from "../trouble.ts";
import type { Classifier } from "./classifier.ts";
import type { Data } from "./dropped-data.ts";
import { Familiar } from "./familiar.ts";
import { type Intake, intakeOf } from "./intake.ts";
import { mistakesOf } from "./mistakes.ts";
import { saved } from "./model-file.ts";
import { Nets } from "./nets.ts";
import { eachPicture } from "./pictures.ts";
import { batchSize } from "./plan.ts";
import { factsOf, type Slot } from "./shelf.ts";
import { Supply } from "./supply.ts";
import { Trainer } from "./trainer.ts";
import { warmUp } from "./warm-up.ts";

type Opening = Extract<ToEngine, { kind: "open" }>;

export function start(port: Port<ToEngine, ToPage>): void {
  let engine: Engine | null = null;
  port.listen((message) => {
    if (message.kind === "open") engine = new Engine(port, message);
    else engine?.hear(message);
  });
}

class Engine {
  readonly #port: Port<ToEngine, ToPage>;
  readonly #supply: Supply;
  readonly #interval: { readonly steps: number; readonly weights: number };
  readonly #nets: Nets;
  #resting = false;
  #device: Device = "wasm";
  /** The number of the last choice of a net. */
  #heard = 0;
  /** The number of the current attempt. Work that began under an earlier number has been given up. */
  #attempt = 0;
  #weightsAt = 0;

  constructor(port: Port<ToEngine, ToPage>, { base, still, nets, slot, all }: Opening) {
    this.#port = port;
    this.#supply = new Supply(base, {
      data: (data) => port.send({ kind: "data", data }),
      fetched: (part) => port.send({ kind: "fetched", part }),
    });
    this.#supply.all = all;
    this.#interval = still ? { steps: 1, weights: 2000 } : { steps: 0.2, weights: 350 };
    this.#nets = new Nets((message) => port.send(message), this.#supply, { nets, slot });
    this.#introduce();
    void threadsReady().then((threads) => {
      port.send({ kind: "opened", threads });
      void this.#prepare();
      void this.#tellGpu();
    });
  }

  hear(message: Exclude<ToEngine, { kind: "open" }>): void {
    switch (message.kind) {
      case "choose":
        this.#heard = message.number;
        if (message.slot === this.#slot.slot) this.#introduce();
        else this.#change(() => this.#nets.choose(message.slot));
        return;
      case "reset":
        this.#change(() => this.#nets.reset());
        return;
      case "undo":
        this.#change(() => this.#nets.undo());
        return;
      case "amount":
        this.#supply.all = message.all;
        if (this.#trainer !== null && this.#phase !== "stopped") void this.#reporting(() => this.#supply.gather());
        return;
      case "device":
        this.#device = message.device;
        this.#trainer?.use(message.device);
        return;
      case "mnist":
        this.#adopt(null);
        return;
      case "train":
        void this.#reporting(() => this.#train());
        return;
      case "pause":
        this.#pause();
        return;
      case "test":
        void this.#reporting(() => this.#evaluate());
        return;
      case "rest":
        this.#resting = message.resting;
        this.#trainer?.rest(message.resting);
        return;
      case "look":
        this.#look(message);
        return;
      case "answers":
        this.#port.send({ kind: "answers", answers: message.pictures.map((bytes) => this.#classifier.answer(bytes)) });
        return;
      case "files":
        void this.#reporting(() => this.#take(message.files));
        return;
      case "save":
        void this.#reporting(() => this.#save(message.format));
        return;
      default:
        message satisfies never;
    }
  }

  get #slot(): Slot {
    return this.#nets.current;
  }
  get #classifier(): Classifier {
    return this.#slot.classifier;
  }
  get #trainer(): Trainer | null {
    return this.#slot.trainer;
  }
  get #phase(): Phase {
    return this.#slot.phase;
  }

  async #reporting(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      const { told } = error;
      this.#port.send(error instanceof Missing ? { kind: "missing", told } : { kind: "told", told, tone: "problem" });
    }
  }

  /** Takes a step that may make another net the current one. */
  #change(step: () => void): void {
    // A run in progress ends before its net or its data are replaced.
    this.#pause();
    this.#attempt++;
    step();
    this.#introduce();
    void this.#prepare();
  }

  /** Tells the page of the current net. */
  #introduce(): void {
    this.#port.send({ kind: "net", net: factsOf(this.#slot), own: this.#nets.own, heard: this.#heard });
    this.#port.send({ kind: "phase", phase: this.#phase });
    this.#sendWeights();
  }

  #become(phase: Phase, slot: Slot = this.#slot): void {
    slot.phase = phase;
    if (slot === this.#slot) this.#port.send({ kind: "phase", phase });
  }

  #pause(): void {
    this.#trainer?.stop();
    if (this.#phase !== "fetching") return;
    this.#attempt++;
    this.#become(this.#trainer === null ? "idle" : "stopped");
    this.#port.send({ kind: "fetched", part: null });
  }

  /** Looks for a GPU, again after one was lost, and tells the page. */
  async #tellGpu(): Promise<void> {
    const gpu = await findGpu();
    if (gpu?.refusal !== null) this.#device = "wasm";
    this.#port.send({ kind: "gpu", gpu, device: this.#device });
  }

  /** Does beforehand what the first step would wait for, and what an answer needs: compiles, and measures what is familiar. */
  async #prepare(): Promise<void> {
    const { classifier } = this.#slot;
    if (this.#trainer === null && !classifier.trained) await warmUp(classifier.description, batchSize);
    if (!classifier.trained || classifier.familiar !== null || this.#slot.slot === "own") return;
    try {
      await this.#supply.first(() => this.#supply.name === "mnist", { quiet: true });
      await this.#familiarise(classifier);
    } catch (error) {
      // Without the pictures the net answers as well; it is fetched again when it is needed.
      if (!(error instanceof Missing)) throw error;
    }
  }

  async #familiarise(classifier: Classifier): Promise<void> {
    if (!this.#supply.isThere || !this.#supply.fits(classifier.description)) return;
    classifier.familiar = await Familiar.learn(classifier, this.#supply.train);
  }

  async #train(): Promise<void> {
    const slot = this.#slot;
    if (slot.phase === "fetching" || slot.phase === "training" || slot.phase === "testing") return;
    const test = await this.#fetchFirst();
    if (test === null) return;
    const { classifier } = slot;
    this.#supply.checkFits(classifier.description);
    if (!classifier.trained)
      classifier.description = { ...classifier.description, normalisation: normalisation(this.#supply.train) };
    if (slot.trainer === null) slot.trainer = this.#trainerFor(slot, test);
    else if (slot.phase === "done") slot.trainer.prolong();
    this.#become("training", slot);
    const { trainer } = slot;
    trainer.use(this.#device);
    trainer.rest(this.#resting);
    void this.#reporting(() => this.#supply.gather());
    const end = await trainer.go();
    this.#become(end, slot);
    if (this.#nets.has(slot)) this.#nets.keep(slot);
    if (slot !== this.#slot) return;
    this.#sendWeights();
    this.#introduce();
  }

  #trainerFor(slot: Slot, test: Dataset): Trainer {
    const { classifier } = slot;
    return new Trainer(classifier, test, {
      interval: this.#interval.steps,
      device: this.#device,
      train: () => this.#supply.train,
      awaited: () => this.#supply.awaited,
      stepped: (steps) => {
        classifier.trained = true;
        if (steps === null || slot !== this.#slot) return;
        this.#port.send({ kind: "steps", steps });
        if (performance.now() - this.#weightsAt > this.#interval.weights) this.#sendWeights();
      },
      refused: (refusal) => {
        this.#device = "wasm";
        this.#port.send({ kind: "told", told: { about: "gpuFailed", refusal }, tone: "problem" });
        void this.#tellGpu();
      },
      testing: () => this.#become("testing", slot),
      tested: async (evaluation) => {
        await this.#familiarise(classifier);
        if (slot !== this.#slot) return;
        this.#report(evaluation, test);
        this.#nets.keep(slot);
        this.#become("training");
      },
    });
  }

  /** The test data, once there is training data too; null if the attempt was given up meanwhile. */
  async #fetchFirst(): Promise<Dataset | null> {
    const attempt = ++this.#attempt;
    const wanted = () => attempt === this.#attempt;
    const before = this.#phase;
    if (!this.#supply.isThere) this.#become("fetching");
    try {
      const test = await this.#supply.first(wanted);
      return wanted() ? test : null;
    } finally {
      if (wanted() && this.#phase === "fetching") this.#become(before);
    }
  }

  async #evaluate(): Promise<void> {
    const slot = this.#slot;
    if (slot.phase === "fetching" || slot.phase === "training" || slot.phase === "testing") return;
    const before = slot.phase;
    const test = await this.#fetchFirst();
    if (test === null) return;
    const attempt = this.#attempt;
    const { classifier } = slot;
    this.#supply.checkFits(classifier.description);
    this.#become("testing", slot);
    const evaluation = await evaluate(classifier.net, test, classifier.description.normalisation);
    await this.#familiarise(classifier);
    this.#become(before, slot);
    if (attempt !== this.#attempt) return;
    this.#report(evaluation, test);
    this.#nets.keep(slot);
  }

  #report(evaluation: Evaluation, test: Dataset): void {
    const { accuracy, confusion } = evaluation;
    const mistakes = mistakesOf(evaluation, test);
    this.#port.send({ kind: "tested", tested: { accuracy, confusion, mistakes, count: test.labels.size } });
  }

  #sendWeights(): void {
    this.#weightsAt = performance.now();
    const weights = this.#classifier.firstWeights();
    this.#port.send({ kind: "weights", weights }, [weights.levels.buffer]);
  }

  #look({ shown, about, place }: Extract<ToEngine, { kind: "look" }>): void {
    const bytes = shown.kind === "framed" ? this.#fitting(shown.bytes) : this.#classifier.frame(shown);
    const seen: Seen | null = bytes === null ? null : this.#classifier.look(bytes, { about, place });
    const buffers = seen === null ? [] : [seen.picture.buffer, ...seen.layers.map(({ values }) => values.buffer)];
    this.#port.send({ kind: "seen", seen }, buffers);
  }

  /** The bytes of a framed picture if they have this net's input size; null for one that was framed for another net. */
  #fitting(bytes: Uint8Array): Uint8Array | null {
    const [channels, height, width] = this.#classifier.description.input;
    return bytes.length === channels * height * width ? bytes : null;
  }

  async #take(files: readonly File[]): Promise<void> {
    try {
      if (files.length > 0) await this.#use(await intakeOf(files));
    } finally {
      this.#port.send({ kind: "read" });
    }
  }

  async #use(intake: Intake): Promise<void> {
    switch (intake.kind) {
      case "model":
        this.#change(() => this.#nets.load(intake));
        this.#port.send({ kind: "told", told: { about: "loaded", name: intake.name }, tone: "news" });
        return;
      case "data":
        this.#adopt(intake.data);
        return;
      case "pictures":
        for await (const { taken, rest, told } of eachPicture(intake.files, () => this.#classifier)) {
          this.#port.send({ kind: "taken", taken: [taken], rest });
          if (told !== null) this.#port.send({ kind: "told", told, tone: "news" });
        }
        return;
      default:
        intake satisfies never;
    }
  }

  /** Takes other data, null for MNIST, and the nets for them. */
  #adopt(data: Data | null): void {
    this.#change(() => this.#nets.adopt(data));
    if (data === null) return;
    const { train, test, name } = data;
    const [, , height, width] = train.images.shape;
    const counts = { train: train.labels.size, test: test.labels.size };
    this.#port.send({ kind: "told", told: { about: "data", name, width, height, ...counts }, tone: "news" });
  }

  async #save(format: ModelFormat): Promise<void> {
    const { classifier, slot, name } = this.#slot;
    const stem = (name ?? `mnist-${slot}`).replace(/\.(safetensors|onnx)$/i, "");
    const bytes = await saved(classifier, format);
    this.#port.send({ kind: "saved", name: `${stem}.${format}`, bytes }, [bytes.buffer]);
  }
}
