// The state of the images part on the page's side: the engine's last messages, the pad, and the visitor's choices. When the drawing or the
// net changes, the engine is asked for its answer: one question at a time, always about the newest drawing.
import { save } from "../controls/save.ts";
import { obstacle } from "../engine/capabilities.ts";
import { type Channel, open } from "../engine/channel.ts";
import type { GpuFacts } from "../engine/gpu.ts";
import { undo } from "../story/undo.svelte.ts";
import { language } from "../texts/language.svelte.ts";
import { withDrawn } from "./files/drawn-files.ts";
import type { Place } from "./inside/unit.ts";
import {
  type Choices,
  emptyRun,
  forgetNet,
  keepChoices,
  keepNet,
  type Run,
  recallChoices,
  recallDrawing,
  recallNets,
} from "./kept.ts";
import type {
  DataFacts,
  Device,
  NetFacts,
  Phase,
  Seen,
  SlotName,
  SmallPictures,
  StoredNet,
  Taken,
  Tested,
  ToEngine,
  ToPage,
} from "./messages.ts";
import { type Drawing, Pad } from "./pad/pad.svelte.ts";
import { rasterOf } from "./pad/raster.ts";
import { Pictures } from "./pictures/pictures.svelte.ts";
import type { Told } from "./told.ts";

/** Earlier runs that the charts show. */
const maxEarlier = 3;

export class Images {
  readonly pad = new Pad();
  readonly pictures = new Pictures();
  phase: Phase = $state("idle");
  /** Whether the part is out of view, where training waits. */
  resting = $state(false);
  threads = $state(0);
  /** null where there is no GPU, or none was found yet. */
  gpu: GpuFacts | null = $state.raw(null);
  device: Device = $state("wasm");
  net: NetFacts | null = $state.raw(null);
  /** The name of the net from a file or for the visitor's data; null if there is none. */
  own: string | null = $state(null);
  data: DataFacts = $state.raw({ name: "mnist", train: 0, test: 0 });
  fetched: number | null = $state(null);
  run: Run = $state.raw(emptyRun);
  /** The runs of other nets, the newest last. */
  earlier: readonly Run[] = $state.raw([]);
  weights: SmallPictures | null = $state.raw(null);
  seen: Seen | null = $state.raw(null);
  /** Whether this net has not answered to the drawing yet. */
  waiting = $state(true);
  told: { readonly told: Told; readonly tone: "news" | "problem" } | null = $state.raw(null);
  /** Why data are missing, and why the engine has ended. */
  missing: Told | null = $state.raw(null);
  failure: string | null = $state(null);
  slot: SlotName = $state("cnn");
  all = $state(false);
  /** The class of the saliency map; null for the class that the net answers. */
  about: number | null = $state(null);
  showSaliency = $state(false);
  /** The number inside the net whose computation is shown. */
  place: Place | null = $state.raw(null);
  /** How many drops are being read, and how many pictures of the last one have come. */
  reading = $state(0);

  #channel: Channel<ToEngine> | null = null;
  /** Messages for an engine that has not got the nets of the last visit yet; null once it has. */
  #early: ToEngine[] | null = [];
  /** The number of the last choice of a net that this engine was told of. */
  #chosen = 0;
  #drawing: Drawing = this.pad.drawing;
  #asked = false;
  #stale = false;
  #wanted: "train" | "test" = "train";
  #come = 0;
  readonly #runs = new Map<string, Run>();

  get busy(): boolean {
    return this.phase === "fetching" || this.phase === "training" || this.phase === "testing";
  }

  /** Whether the net has taken a step, here or before its file was saved. */
  get trained(): boolean {
    return this.net !== null && (this.net.trained || this.run.curves.length > 0);
  }

  /** Starts the engine with what the browser has kept, unless it runs, cannot run here, or has failed. */
  start(linked: Partial<Choices> = {}): void {
    if (this.#channel !== null || obstacle !== null || this.failure !== null) return;
    const channel = open<ToEngine, ToPage>(
      "images",
      (message) => this.#hear(message),
      (reason) => this.#fail(reason),
    );
    this.#channel = channel;
    void this.#begin(channel, linked);
  }

  async #begin(channel: Channel<ToEngine>, linked: Partial<Choices>): Promise<void> {
    const [kept, choices, drawing] = await Promise.all([recallNets(), recallChoices(), recallDrawing()]);
    if (channel !== this.#channel) return;
    if (drawing !== null) this.pad.recall(drawing);
    for (const { net, run } of kept) if (!this.#runs.has(net.id)) this.#runs.set(net.id, run);
    this.slot = linked.slot ?? choices?.slot ?? this.slot;
    this.all = linked.all ?? choices?.all ?? this.all;
    const { slot, all } = this;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    channel.send({ kind: "open", base: document.baseURI, still, nets: kept.map(({ net }) => net), slot, all });
    for (const message of this.#early ?? []) channel.send(message);
    this.#early = null;
  }

  again(): void {
    this.failure = null;
    this.start({ slot: this.slot, all: this.all });
  }

  stop(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  send(message: ToEngine): void {
    if (this.#early !== null) this.#early.push(message);
    else this.#channel?.send(message);
  }

  rest(resting: boolean): void {
    this.resting = resting;
    this.send({ kind: "rest", resting });
  }

  choose(slot: SlotName): void {
    this.slot = slot;
    this.told = null;
    this.send({ kind: "choose", slot, number: ++this.#chosen });
    void keepChoices({ slot, all: this.all });
  }

  setAll(all: boolean): void {
    this.all = all;
    this.send({ kind: "amount", all });
    void keepChoices({ slot: this.slot, all });
  }

  setDevice(device: Device): void {
    this.device = device;
    this.send({ kind: "device", device });
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

  async take(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    this.told = null;
    this.reading++;
    this.#come = 0;
    this.send({ kind: "files", files: await withDrawn(files) });
  }

  ask(about: number | null): void {
    this.about = about;
    this.look();
  }

  /** Shows how a number inside the net comes about; null for none. */
  explain(place: Place | null): void {
    this.place = place;
    this.look();
  }

  lookAt(drawing: Drawing): void {
    this.#drawing = drawing;
    if (drawing.strokes.length > 0) this.pictures.chosen = null;
    this.look();
  }

  /** Puts a picture of the visitor's on the pad. */
  show(picture: Taken): void {
    if (!("bytes" in picture) || this.net === null) return;
    this.pictures.chosen = picture;
    this.pad.put({ bytes: picture.bytes, input: this.net.input });
  }

  /** Asks the net about the drawing; while an answer is awaited, the question is repeated after it. */
  look(): void {
    if (this.#channel === null || this.net === null) return;
    this.#stale = this.#asked;
    if (this.#asked) return;
    const { strokes, ground } = this.#drawing;
    if (strokes.length === 0 && ground === null) {
      this.seen = null;
      this.waiting = false;
      return;
    }
    this.#asked = true;
    const { about, place } = this;
    if (ground !== null && strokes.length === 0)
      this.send({ kind: "look", shown: { kind: "framed", bytes: ground.bytes }, about, place });
    else {
      const { width, height, data } = rasterOf(strokes, ground);
      this.#channel.send({ kind: "look", shown: { kind: "drawn", width, height, data }, about, place }, [data.buffer]);
    }
  }

  #hear(message: ToPage): void {
    switch (message.kind) {
      case "opened":
      case "gpu":
        this.#learnOfMachine(message);
        return;
      case "net":
        // What the engine tells of before it has heard the last choice does not take the choice back.
        if (message.heard === this.#chosen) this.slot = message.net.slot;
        this.#meet(message.net);
        this.own = message.own;
        return;
      case "keep":
        this.#keep(message.slot, message.net);
        return;
      case "replaced":
        undo.offer(language.texts.images.replaced[message.what], () => this.send({ kind: "undo" }));
        return;
      case "data":
      case "fetched":
        this.#fetched(message);
        return;
      case "phase":
        this.phase = message.phase;
        return;
      case "steps":
        this.#change({ ...this.run, steps: message.steps, curves: this.run.curves.with(message.steps) });
        this.look();
        return;
      case "weights":
        this.weights = message.weights;
        return;
      case "tested":
        this.#tested(message.tested);
        return;
      case "seen":
        this.#answered(message.seen);
        return;
      case "answers":
        this.pictures.answered(message.answers);
        return;
      case "taken":
        this.#taken(message.taken);
        return;
      case "read":
        this.reading = Math.max(0, this.reading - 1);
        return;
      case "saved":
        save(new Blob([message.bytes], { type: "application/octet-stream" }), message.name);
        return;
      case "told":
        this.told = { told: message.told, tone: message.tone };
        return;
      case "missing":
        this.missing = message.told;
        return;
      default:
        message satisfies never;
    }
  }

  #fetched(message: Extract<ToPage, { kind: "data" | "fetched" }>): void {
    if (message.kind === "data") this.data = message.data;
    else this.fetched = message.part;
  }

  #learnOfMachine(message: Extract<ToPage, { kind: "opened" | "gpu" }>): void {
    if (message.kind === "opened") this.threads = message.threads;
    else ({ gpu: this.gpu, device: this.device } = message);
  }

  #tested(tested: Tested): void {
    this.#change({ ...this.run, tested, curves: this.run.curves.tested(tested.accuracy) });
    this.#askAgain();
  }

  #answered(seen: Seen | null): void {
    this.#asked = false;
    this.waiting = false;
    this.seen = seen;
    if (this.#stale) this.look();
  }

  #change(run: Run): void {
    this.run = run;
    if (this.net !== null) this.#runs.set(this.net.id, run);
  }

  #meet(net: NetFacts): void {
    const before = this.net;
    this.net = net;
    if (before?.id !== net.id) {
      this.run = this.#runs.get(net.id) ?? emptyRun;
      this.#runs.delete(net.id);
      this.#runs.set(net.id, this.run);
      this.earlier = [...this.#runs]
        .filter(([id, run]) => id !== net.id && run.curves.length > 1)
        .map(([, run]) => run)
        .slice(-maxEarlier);
      this.about = null;
      this.place = null;
      // What is shown belongs to the other net.
      this.seen = null;
      this.waiting = true;
      // This net cannot read a picture of another size.
      if (before !== null && net.input.join() !== before.input.join() && this.pad.ground !== null) this.pad.clear();
    }
    this.#askAgain();
    this.look();
  }

  #keep(slot: SlotName, net: StoredNet | null): void {
    if (net === null) void forgetNet(slot);
    else void keepNet({ net, run: this.#runs.get(net.id) ?? emptyRun });
  }

  #askAgain(): void {
    if (this.net === null) return;
    const pictures = this.pictures.ask(this.net.input.reduce((size, side) => size * side, 1));
    if (pictures.length > 0) this.send({ kind: "answers", pictures: pictures.map(({ bytes }) => bytes) });
  }

  /** Takes pictures that were read: the first one that could be read goes to the pad. */
  #taken(taken: readonly Taken[]): void {
    this.pictures.add(taken, this.#come);
    const isFirst = !this.pictures.all.slice(0, this.#come).some((one) => "bytes" in one);
    this.#come += taken.length;
    const first = taken.find((one) => "bytes" in one);
    if (isFirst && first !== undefined) this.show(first);
  }

  #fail(reason: string): void {
    this.#channel = null;
    this.#early = [];
    this.#chosen = 0;
    this.#asked = false;
    this.phase = "idle";
    this.fetched = null;
    this.net = null;
    this.gpu = null;
    this.device = "wasm";
    this.reading = 0;
    this.pictures.giveUp();
    this.failure = reason;
  }
}
