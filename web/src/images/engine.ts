// The engine of the images part: it holds one net, its data and its training, and answers to drawings between two steps. A bad file or a
// failed download is reported as text and changes nothing; any other error ends the worker, and the page reports that.
import { manualSeed, threadsReady } from "chainrule";
import { type Dataset, normalisation, pictureFromBlob } from "chainrule/data";
import { architectures, leastSide } from "chainrule/model";
import { type Evaluation, evaluate } from "chainrule/train";
import type { Port } from "../engine/port.ts";
import { Classifier } from "./classifier.ts";
import { type Data, readDropped } from "./dropped-data.ts";
import { type Kind, kindOf } from "./file-kinds.ts";
import type { NetChoice, Phase, Shown, ToEngine, ToPage } from "./messages.ts";
import { mistakesOf } from "./mistakes.ts";
import { bytesOf, modelFrom } from "./model-file.ts";
import { Supply } from "./supply.ts";
import { Trainer } from "./trainer.ts";
import { Missing, Trouble } from "./trouble.ts";

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
  #classifier: Classifier;
  #trainer: Trainer | null = null;
  #seed = 0;
  #resting = false;
  #phase: Phase = "idle";
  /** The number of the current attempt. Work that began under an earlier number has been given up. */
  #attempt = 0;
  #weightsAt = 0;

  constructor(port: Port<ToEngine, ToPage>, { base, still }: { readonly base: string; readonly still: boolean }) {
    this.#port = port;
    this.#supply = new Supply(base, {
      data: (data) => port.send({ kind: "data", data }),
      fetched: (part) => port.send({ kind: "fetched", part }),
    });
    this.#interval = still ? { steps: 1, weights: 2000 } : { steps: 0.2, weights: 350 };
    this.#classifier = this.#fresh("cnn");
    this.#introduce();
    void threadsReady().then((threads) => port.send({ kind: "opened", threads }));
  }

  hear(message: Exclude<ToEngine, { kind: "open" }>): void {
    switch (message.kind) {
      case "net":
        this.#replace(this.#fresh(message.choice));
        return;
      case "amount":
        this.#supply.all = message.all;
        if (this.#trainer !== null && this.#phase !== "stopped") void this.#reporting(() => this.#supply.gather());
        return;
      case "mnist":
        this.#adopt(null);
        return;
      case "train":
        void this.#reporting(() => this.#train());
        return;
      case "stop":
        this.#stop();
        return;
      case "test":
        void this.#reporting(() => this.#evaluate());
        return;
      case "rest":
        this.#resting = message.resting;
        this.#trainer?.rest(message.resting);
        return;
      case "look":
        this.#look(message.shown, message.about);
        return;
      case "files":
        void this.#reporting(() => this.#take(message.files));
        return;
      case "save":
        this.#save();
        return;
      default:
        message satisfies never;
    }
  }

  /** Runs an action; sends Trouble to the page as text. */
  async #reporting(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      const { message } = error;
      this.#port.send(
        error instanceof Missing
          ? { kind: "missing", words: message }
          : { kind: "told", words: message, tone: "problem" },
      );
    }
  }

  #fresh(choice: NetChoice): Classifier {
    const seed = this.#seed++;
    manualSeed(seed);
    const { form } = this.#supply;
    const [, height, width] = form.input;
    const name = Math.min(height, width) < leastSide[choice] ? "mlp" : choice;
    const architecture = architectures[name](form.input, form.classes.length);
    return new Classifier({ architecture, ...form, seed }, { trained: false });
  }

  #replace(classifier: Classifier): void {
    this.#stop();
    this.#attempt++;
    this.#trainer = null;
    this.#classifier = classifier;
    this.#become("idle");
    this.#introduce();
  }

  #introduce(): void {
    this.#port.send({ kind: "net", net: this.#classifier.facts, fresh: true });
    this.#sendWeights();
  }

  #become(phase: Phase): void {
    this.#phase = phase;
    this.#port.send({ kind: "phase", phase });
  }

  #stop(): void {
    this.#trainer?.stop();
    if (this.#phase !== "fetching") return;
    this.#attempt++;
    this.#become("idle");
    this.#port.send({ kind: "fetched", part: null });
  }

  async #train(): Promise<void> {
    if (this.#phase === "fetching" || this.#phase === "training" || this.#phase === "testing") return;
    const test = await this.#fetchFirst();
    if (test === null) return;
    const classifier = this.#classifier;
    this.#supply.checkFits(classifier.description);
    if (!classifier.trained)
      classifier.description = { ...classifier.description, normalisation: normalisation(this.#supply.train) };
    if (this.#trainer === null)
      this.#trainer = new Trainer(classifier, test, {
        interval: this.#interval.steps,
        train: () => this.#supply.train,
        awaited: () => this.#supply.awaited,
        stepped: (steps) => {
          classifier.trained = true;
          if (steps === null || classifier !== this.#classifier) return;
          this.#port.send({ kind: "steps", steps });
          if (performance.now() - this.#weightsAt > this.#interval.weights) this.#sendWeights();
        },
        testing: () => {
          if (classifier === this.#classifier) this.#become("testing");
        },
        tested: (evaluation) => {
          if (classifier !== this.#classifier) return;
          this.#report(evaluation, test);
          this.#become("training");
        },
      });
    else if (this.#phase === "done") this.#trainer.prolong();
    this.#become("training");
    this.#trainer.rest(this.#resting);
    void this.#reporting(() => this.#supply.gather());
    const trainer = this.#trainer;
    const end = await trainer.go();
    if (trainer !== this.#trainer) return;
    this.#sendWeights();
    this.#port.send({ kind: "net", net: classifier.facts, fresh: false });
    this.#become(end);
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
    if (this.#phase !== "idle" && this.#phase !== "stopped") return;
    const before = this.#phase;
    const test = await this.#fetchFirst();
    if (test === null) return;
    const attempt = this.#attempt;
    const classifier = this.#classifier;
    this.#supply.checkFits(classifier.description);
    this.#become("testing");
    const evaluation = await evaluate(classifier.net, test, classifier.description.normalisation);
    if (attempt !== this.#attempt) return;
    this.#report(evaluation, test);
    this.#become(before);
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

  #look(shown: Shown, about: number | null): void {
    const bytes = shown.kind === "framed" ? this.#fitting(shown.bytes) : this.#classifier.frame(shown);
    this.#port.send({ kind: "seen", seen: bytes === null ? null : this.#classifier.look(bytes, about) });
  }

  /** The bytes of a framed picture if they have this net's input size; null for one that was framed for another net. */
  #fitting(bytes: Uint8Array): Uint8Array | null {
    const [channels, height, width] = this.#classifier.description.input;
    return bytes.length === channels * height * width ? bytes : null;
  }

  async #take(files: readonly File[]): Promise<void> {
    const read = await Promise.all(
      files.map(async (file) => {
        const bytes = new Uint8Array(await file.arrayBuffer());
        return { file, name: file.name, bytes, kind: kindOf(file.name, bytes) };
      }),
    );
    const kinds = new Set<Kind>(read.map(({ kind }) => kind));
    if (kinds.size > 1)
      throw new Trouble(
        "These files are of several kinds; drop one kind at a time: a picture, a model, or a data set.",
      );
    const [first] = read;
    if (first === undefined) return;
    switch (first.kind) {
      case "model":
        this.#load(first);
        return;
      case "data":
        this.#adopt(await readDropped(read));
        return;
      case "picture":
        await this.#show(first.file);
        return;
      default:
        first.kind satisfies never;
    }
  }

  #load({ name, bytes }: { readonly name: string; readonly bytes: Uint8Array }): void {
    const { description, net } = modelFrom(name, bytes);
    this.#replace(new Classifier(description, { net, trained: true }));
    this.#port.send({ kind: "told", words: `${name} is loaded: draw something.`, tone: "news" });
  }

  /** Takes other data, null for MNIST, and a new net for them. */
  #adopt(data: Data | null): void {
    const choice = this.#classifier.choice ?? "cnn";
    // A run in progress ends before its data are replaced.
    this.#stop();
    this.#supply.use(data);
    this.#replace(this.#fresh(choice));
    if (data === null) return;
    const { train, test, name } = data;
    const [, , height, width] = train.images.shape;
    const called = name === "fashion-mnist" ? "Fashion-MNIST" : "Your data";
    this.#port.send({
      kind: "told",
      words: `${called}: ${count(train)} pictures of ${width}×${height} to learn from, ${count(test)} to test with. Press Train.`,
      tone: "news",
    });
  }

  async #show(file: File): Promise<void> {
    const picture = await pictureFromBlob(file).catch((error: unknown) => {
      throw new Trouble(
        `${file.name} cannot be read: it is damaged, or it is neither a picture that this browser knows, nor a model (.safetensors), nor an IDX file.`,
        { cause: error },
      );
    });
    const bytes = this.#classifier.frame(picture);
    if (bytes === null)
      throw new Trouble(`${file.name} has no digit in it: nothing is drawn there. Drop another picture.`);
    this.#port.send({ kind: "picture", bytes, name: file.name });
  }

  #save(): void {
    const { description, net, choice } = this.#classifier;
    const bytes = bytesOf(description, net);
    this.#port.send({ kind: "saved", name: `${this.#supply.name}-${choice ?? "net"}.safetensors`, bytes }, [
      bytes.buffer,
    ]);
  }
}

const count = ({ labels }: Dataset) => labels.size.toLocaleString("en");
