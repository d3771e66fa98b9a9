// The state of the images part on the page's side: the engine's last messages, the pad, and the visitor's choices. When the drawing or the
// net changes, the engine is asked for its answer: one question at a time, always about the newest drawing.
import { obstacle } from "../engine/capabilities.ts";
import { type Channel, open } from "../engine/channel.ts";
import { Curves } from "./curves.ts";
import type {
  DataFacts,
  NetChoice,
  NetFacts,
  Phase,
  Seen,
  SmallPictures,
  Steps,
  Tested,
  ToEngine,
  ToPage,
} from "./messages.ts";
import { type Drawing, Pad } from "./pad.svelte.ts";
import { rasterOf } from "./raster.ts";

export class Images {
  readonly pad = new Pad();
  phase: Phase = $state("idle");
  threads = $state(0);
  net: NetFacts | null = $state.raw(null);
  data: DataFacts = $state.raw({ name: "mnist", train: 0, test: 0 });
  fetched: number | null = $state(null);
  steps: Steps | null = $state.raw(null);
  curves = $state.raw(new Curves());
  weights: SmallPictures | null = $state.raw(null);
  tested: Tested | null = $state.raw(null);
  seen: Seen | null = $state.raw(null);
  told: { readonly words: string; readonly tone: "news" | "problem" } | null = $state.raw(null);
  /** The reasons why data are missing, and why the engine has ended. */
  missing: string | null = $state(null);
  failure: string | null = $state(null);
  choice: NetChoice = $state("cnn");
  all = $state(false);
  /** The class of the saliency map; null for the class that the net answers. */
  about: number | null = $state(null);
  showSaliency = $state(false);

  #channel: Channel<ToEngine> | null = null;
  #drawing: Drawing = this.pad.drawing;
  #asked = false;
  #stale = false;
  #wanted: "train" | "test" = "train";

  get busy(): boolean {
    return this.phase === "fetching" || this.phase === "training" || this.phase === "testing";
  }

  /** Starts the engine, unless it runs, cannot run here, or has failed. */
  start(): void {
    if (this.#channel !== null || obstacle !== null || this.failure !== null) return;
    this.#channel = open<ToEngine, ToPage>(
      "images",
      (message) => this.#hear(message),
      (reason) => this.#fail(reason),
    );
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#channel.send({ kind: "open", base: document.baseURI, still });
    if (this.choice !== "cnn") this.#channel.send({ kind: "net", choice: this.choice });
    if (this.all) this.#channel.send({ kind: "amount", all: true });
  }

  again(): void {
    this.failure = null;
    this.start();
  }

  stop(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  send(message: ToEngine): void {
    this.#channel?.send(message);
  }

  rest(resting: boolean): void {
    this.send({ kind: "rest", resting });
  }

  choose(choice: NetChoice): void {
    this.choice = choice;
    this.send({ kind: "net", choice });
  }

  setAll(all: boolean): void {
    this.all = all;
    this.send({ kind: "amount", all });
  }

  /** Starts the training or the test; their data may have to be fetched first. */
  want(what: "train" | "test"): void {
    this.told = null;
    this.missing = null;
    this.#wanted = what;
    this.send({ kind: what });
  }

  retry(): void {
    this.missing = null;
    if (this.busy) this.send({ kind: "amount", all: this.all });
    else this.want(this.#wanted);
  }

  take(files: readonly File[]): void {
    this.told = null;
    if (files.length > 0) this.send({ kind: "files", files });
  }

  ask(about: number | null): void {
    this.about = about;
    this.look();
  }

  lookAt(drawing: Drawing): void {
    this.#drawing = drawing;
    this.look();
  }

  /** Asks the net about the drawing; while an answer is awaited, the question is repeated after it. */
  look(): void {
    if (this.#channel === null || this.net === null) return;
    this.#stale = this.#asked;
    if (this.#asked) return;
    const { strokes, ground } = this.#drawing;
    if (strokes.length === 0 && ground === null) {
      this.seen = null;
      return;
    }
    this.#asked = true;
    const { about } = this;
    if (ground !== null && strokes.length === 0)
      this.send({ kind: "look", shown: { kind: "framed", bytes: ground.bytes }, about });
    else {
      const { width, height, data } = rasterOf(strokes, ground);
      this.#channel.send({ kind: "look", shown: { kind: "drawn", width, height, data }, about }, [data.buffer]);
    }
  }

  #hear(message: ToPage): void {
    switch (message.kind) {
      case "opened":
        this.threads = message.threads;
        return;
      case "net":
        this.#meet(message.net, message.fresh);
        return;
      case "data":
        this.data = message.data;
        return;
      case "fetched":
        this.fetched = message.part;
        return;
      case "phase":
        this.phase = message.phase;
        return;
      case "steps":
        this.steps = message.steps;
        this.curves = this.curves.with(message.steps, this.tested?.accuracy ?? null);
        this.look();
        return;
      case "weights":
        this.weights = message.weights;
        return;
      case "tested":
        this.tested = message.tested;
        return;
      case "seen":
        this.#asked = false;
        this.seen = message.seen;
        if (this.#stale) this.look();
        return;
      case "picture":
        if (this.net !== null) this.pad.put({ bytes: message.bytes, input: this.net.input });
        this.told = { words: `${message.name} is on the pad.`, tone: "news" };
        return;
      case "saved":
        download(message.name, message.bytes);
        return;
      case "told":
        this.told = { words: message.words, tone: message.tone };
        return;
      case "missing":
        this.missing = message.words;
        return;
      default:
        message satisfies never;
    }
  }

  #meet(net: NetFacts, fresh: boolean): void {
    const changed = this.net !== null && net.input.join() !== this.net.input.join();
    this.net = net;
    if (net.choice !== null) this.choice = net.choice;
    if (fresh) {
      this.curves = new Curves();
      this.steps = null;
      this.tested = null;
      this.about = null;
      // This net cannot read a picture of another size.
      if (changed && this.pad.ground !== null) this.pad.clear();
    }
    this.look();
  }

  #fail(reason: string): void {
    this.#channel = null;
    this.#asked = false;
    this.phase = "idle";
    this.fetched = null;
    this.net = null;
    this.failure = reason;
  }
}

function download(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
