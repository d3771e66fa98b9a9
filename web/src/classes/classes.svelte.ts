// The state of the part with the visitor's own classes, on the page's side: names, pictures and the model, and what is shown of them. Names and
// the order of pictures are stored in the browser when they change; the engine stores the pictures themselves and the model.
import { SvelteMap } from "svelte/reactivity";
import { save } from "../controls/save.ts";
import { obstacle } from "../engine/capabilities.ts";
import { type Channel, open } from "../engine/channel.ts";
import { recall, remember } from "../store/store.ts";
import { undo } from "../story/undo.svelte.ts";
import { language } from "../texts/language.svelte.ts";
import type { Given } from "./given.ts";
import {
  type ClassEntry,
  type List,
  learnable,
  type Missing,
  missingIn,
  pictureIds,
  renamed,
  signatureOf,
  storedList,
  withClass,
  withoutClass,
  withoutPictures,
  withPictures,
} from "./list.ts";
import { Live } from "./live.svelte.ts";
import {
  type Format,
  type Method,
  type ModelFacts,
  methods,
  type Problem,
  type Progress,
  type ToEngine,
  type ToPage,
} from "./messages.ts";

const listKey = "classes list";
const methodKey = "classes method";

/** The address of the pretrained net's file. */
export const backboneAddress = (): string => new URL(import.meta.env.BACKBONE_FILE, document.baseURI).href;

export class Classes {
  list: List = $state.raw([]);
  /** The addresses of the small pictures that are there. */
  readonly thumbnails = new SvelteMap<string, string>();
  /** The class that pasted pictures go to. */
  chosen: string | null = $state(null);
  method: Method = $state("features");
  progress: Progress | null = $state.raw(null);
  model: ModelFacts | null = $state.raw(null);
  problems: readonly Problem[] = $state.raw([]);
  /** The number of pictures that the browser had stored, and has no more. */
  lost = $state(0);
  /** Why the engine has ended. */
  failure: string | null = $state(null);
  threads = $state(0);
  /** Whether the pretrained net is in the browser: fetched in this visit, or stored by the service worker in an earlier one. */
  isFetched = $state(false);
  ready = $state(false);
  readonly live: Live = new Live((shown) => this.#send({ kind: "look", shown }));

  /** The method that was chosen before the stored one was read. */
  #linked: Method | null = null;
  #channel: Channel<ToEngine> | null = null;
  #next = 0;
  /** Ids are unique over visits. */
  readonly #visit = Date.now().toString(36);

  get missing(): Missing | null {
    return missingIn(this.list);
  }

  /** Whether the model has learned other classes or pictures than there are now. */
  get isStale(): boolean {
    const { model } = this;
    return model?.method != null && model.signature !== signatureOf(model.method, learnable(this.list));
  }

  get waiting(): number {
    return pictureIds(this.list).reduce((count, id) => count + Number(!this.thumbnails.has(id)), 0);
  }

  /** Reads what is stored and starts the engine, unless it runs, cannot run here, or has failed. */
  async start(): Promise<void> {
    if (this.#channel !== null || obstacle !== null || this.failure !== null) return;
    this.#channel = open<ToEngine, ToPage>(
      "classes",
      (message) => this.#hear(message),
      (reason) => this.#fail(reason),
    );
    this.#send({ kind: "open", backbone: backboneAddress() });
    const [list, method, isHere] = await Promise.all([recall(listKey), recall(methodKey), isStored(backboneAddress())]);
    this.isFetched ||= isHere;
    if (!this.ready) {
      // A link goes before what was chosen at an earlier visit.
      this.method = this.#linked ?? methods.find((one) => one === method) ?? "features";
      this.list = storedList(list) ?? [this.#fresh(1), this.#fresh(2)];
      this.chosen = this.list[0]?.id ?? null;
      this.ready = true;
    }
    this.#send({ kind: "recall", pictures: pictureIds(this.list) });
  }

  again(): void {
    this.failure = null;
    void this.start();
  }

  stop(): void {
    this.#channel?.close();
    this.#channel = null;
    for (const url of this.thumbnails.values()) URL.revokeObjectURL(url);
  }

  addClass(name?: string): string {
    const entry = this.#fresh(this.list.length + 1, name);
    this.#change(withClass(this.list, entry));
    this.chosen = entry.id;
    return entry.id;
  }

  rename(id: string, name: string): void {
    this.#change(renamed(this.list, id, name));
  }

  removeClass(id: string): void {
    const at = this.list.findIndex((one) => one.id === id);
    const entry = this.list[at];
    if (entry === undefined) return;
    const ids = entry.pictures.map((one) => one.id);
    this.#send({ kind: "remove", pictures: ids });
    this.#change(withoutClass(this.list, id));
    undo.offer(language.texts.classes.classRemoved(entry.name), () => {
      this.#send({ kind: "restore", pictures: ids });
      this.#change(withClass(this.list, entry, Math.min(at, this.list.length)));
    });
  }

  add(id: string, given: readonly Given[]): void {
    if (given.length === 0) return;
    const pictures = given.map((one) => ({ ...one, id: `${this.#visit}-${this.#next++}` }));
    this.chosen = id;
    this.#change(
      withPictures(
        this.list,
        id,
        pictures.map((one) => ({ id: one.id, origin: one.origin })),
      ),
    );
    this.#send({ kind: "add", pictures: pictures.map((one) => ({ id: one.id, shown: one.shown })) });
  }

  /** Adds pictures to the class with this name, which is made if there is none. */
  addByName(name: string, given: readonly Given[]): void {
    const named = this.list.find((one) => one.name.trim() === name);
    const unused = this.list.find((one) => one.pictures.length === 0 && isDefaultName(one.name));
    const entry = named ?? unused;
    if (entry === undefined) this.add(this.addClass(name), given);
    else {
      if (entry !== named) this.rename(entry.id, name);
      this.add(entry.id, given);
    }
  }

  removePictures(id: string, pictures: readonly string[]): void {
    const entry = this.list.find((one) => one.id === id);
    if (entry === undefined || pictures.length === 0) return;
    const at = entry.pictures.findIndex((one) => one.id === pictures[0]);
    const shots = entry.pictures.filter((one) => pictures.includes(one.id));
    this.#send({ kind: "remove", pictures });
    this.#change(withoutPictures(this.list, pictures));
    undo.offer(language.texts.classes.picturesRemoved(pictures.length, entry.name), () => {
      this.#send({ kind: "restore", pictures });
      this.#change(withPictures(this.list, id, shots, at));
    });
  }

  choose(method: Method): void {
    this.#linked ??= this.ready ? null : method;
    this.method = method;
    void remember(methodKey, method);
  }

  train(): void {
    this.problems = [];
    this.progress = { stage: this.method === "features" && !this.isFetched ? "fetching" : "features", part: 0 };
    this.#send({ kind: "train", method: this.method, classes: learnable(this.list) });
  }

  stopTraining(): void {
    this.#send({ kind: "stop" });
  }

  write(format: Format): void {
    this.#send({ kind: "write", format });
  }

  read(file: File): void {
    this.problems = [];
    this.#send({ kind: "read", file });
  }

  #send(message: ToEngine): void {
    this.#channel?.send(message);
  }

  #fresh(place: number, name = language.texts.classes.defaultName(place)): ClassEntry {
    return { id: `${this.#visit}-class-${this.#next++}`, name, pictures: [] };
  }

  #change(list: List): void {
    this.list = list;
    void remember(listKey, list);
  }

  #hear(message: ToPage): void {
    switch (message.kind) {
      case "opened":
        this.threads = message.threads;
        return;
      case "pictures":
        for (const { id, thumbnail } of message.pictures) this.thumbnails.set(id, URL.createObjectURL(thumbnail));
        return;
      case "refused":
        this.#change(withoutPictures(this.list, [message.picture]));
        this.problems = [...this.problems, message.problem];
        return;
      case "lost":
        this.#change(withoutPictures(this.list, message.pictures));
        this.lost += message.pictures.length;
        return;
      case "problem":
        this.problems = [...this.problems, message.problem];
        return;
      case "progress":
        if (message.progress !== null && message.progress.stage !== "fetching" && this.method === "features")
          this.isFetched = true;
        this.progress = message.progress;
        return;
      case "model":
        this.#meet(message.model, message.fresh);
        return;
      case "seen":
        this.live.seen(message);
        return;
      case "written":
        save(new Blob([message.bytes], { type: "application/octet-stream" }), `my-classes.${message.format}`);
        return;
      default:
        message satisfies never;
    }
  }

  #meet(model: ModelFacts | null, fresh: boolean): void {
    const before = this.model;
    this.model = model;
    this.live.knows(model !== null);
    if (fresh && before !== null && model?.method === null)
      undo.offer(language.texts.classes.modelReplaced(model.name ?? ""), () => this.#send({ kind: "back" }));
  }

  #fail(reason: string): void {
    this.#channel = null;
    this.progress = null;
    this.isFetched = false;
    this.live.forget();
    this.failure = reason;
  }
}

const isStored = async (address: string): Promise<boolean> =>
  "caches" in globalThis && (await caches.match(address).catch(() => undefined)) !== undefined;

/** Whether a name is one that the page gave, in the language of the page. */
const isDefaultName = (name: string): boolean =>
  Array.from({ length: 20 }, (_, n) => language.texts.classes.defaultName(n + 1)).includes(name);
