// The nets of the visitor: those beside each other for the data in use, those of MNIST while other data are in use, and the way back from
// the last step that replaced a trained net or data. The engine ends a net's training before it calls this.
import { manualSeed } from "chainrule";
import { architectures, leastSide } from "chainrule/model";
import type { NetChoice, SlotName, StoredNet, ToPage } from "../messages.ts";
import { Trouble } from "../trouble.ts";
import { Classifier } from "./classifier.ts";
import type { Data } from "./dropped-data.ts";
import type { Intake } from "./intake.ts";
import { freshSlot, Shelf, type Slot, slotOf, storedNet } from "./shelf.ts";
import type { Supply } from "./supply.ts";

export class Nets {
  readonly #send: (message: ToPage) => void;
  readonly #supply: Supply;
  #shelf: Shelf;
  /** MNIST's nets, while the visitor's own data are in use. */
  #mnistShelf: Shelf | null = null;
  #takeBack: (() => void) | null = null;
  #seed = 0;

  /** Begins with the nets of an earlier visit, and the one in `slot`. */
  constructor(
    send: (message: ToPage) => void,
    supply: Supply,
    { nets, slot }: { readonly nets: readonly StoredNet[]; readonly slot: SlotName },
  ) {
    this.#send = send;
    this.#supply = supply;
    const stored = nets.flatMap((net) => this.#restored(net));
    const first = stored.find((one) => one.slot === slot) ?? this.#fresh(slot === "own" ? "cnn" : slot);
    this.#shelf = new Shelf([first, ...stored, first]);
  }

  get current(): Slot {
    return this.#shelf.current;
  }

  /** Whether this net stands beside the others, and has not been replaced. */
  has(net: Slot): boolean {
    return this.#shelf.find(net.slot) === net;
  }

  /** The name of the net in the slot "own"; null if there is none. */
  get own(): string | null {
    const own = this.#shelf.find("own");
    return own === null ? null : (own.name ?? "");
  }

  /** Goes to the net of a slot, which is made if it does not exist. */
  choose(slot: SlotName): void {
    const found = this.#shelf.find(slot);
    if (found !== null) this.#shelf.put(found);
    else if (slot !== "own") this.#shelf.put(this.#fresh(slot));
  }

  /** Gives the current net new weights. */
  reset(): void {
    const { slot, name, classifier } = this.current;
    if (slot !== "own") {
      this.#replace(this.#fresh(slot));
      return;
    }
    manualSeed(this.#seed);
    const description = { ...classifier.description, seed: this.#seed++ };
    this.#replace(freshSlot(new Classifier(description, { trained: false }), { slot, name }));
  }

  /** Takes a model from a file. MNIST's nets have their slots; any other stands beside them. */
  load({ name, description, net }: Extract<Intake, { kind: "model" }>): void {
    const classifier = new Classifier(description, { net, trained: true });
    const isOfMnist = this.#supply.name === "mnist" && this.#supply.fits(description);
    this.#replace(freshSlot(classifier, { slot: (isOfMnist ? classifier.choice : null) ?? "own", name }));
  }

  /** Takes other data, null for MNIST, and the nets for them. */
  adopt(data: Data | null): void {
    const choice = this.current.slot === "mlp" ? "mlp" : "cnn";
    const before = { shelf: this.#shelf, mnist: this.#mnistShelf, data: this.#supply.dropped };
    this.#mnistShelf = data === null ? null : (before.mnist ?? before.shelf);
    this.#supply.use(data);
    this.#shelf = data === null && before.mnist !== null ? before.mnist : new Shelf([this.#fresh(choice)]);
    if (before.data === null) return;
    this.#offer("data", () => {
      this.#supply.use(before.data);
      [this.#shelf, this.#mnistShelf] = [before.shelf, before.mnist];
    });
  }

  undo(): void {
    const takeBack = this.#takeBack;
    this.#takeBack = null;
    takeBack?.();
  }

  /** Gives the page a net's bytes to store. The nets for the visitor's own data share one place. */
  keep(net: Slot): void {
    const slot = this.#supply.name === "mnist" ? net.slot : "own";
    const stored = net.classifier.trained ? { ...storedNet(net), slot } : null;
    this.#send({ kind: "keep", slot, net: stored });
  }

  #restored(net: StoredNet): Slot[] {
    try {
      return [slotOf(net)];
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      this.#send({ kind: "told", told: error.told, tone: "problem" });
      return [];
    }
  }

  #fresh(choice: NetChoice): Slot {
    const seed = this.#seed++;
    manualSeed(seed);
    const { form, name } = this.#supply;
    const [, height, width] = form.input;
    const fitting = Math.min(height, width) < leastSide[choice] ? "mlp" : choice;
    const architecture = architectures[fitting](form.input, form.classes.length);
    const classifier = new Classifier({ architecture, ...form, seed }, { trained: false });
    return freshSlot(classifier, { slot: fitting, name: name === "mnist" ? null : name });
  }

  /** Puts a net in the place of the one in its slot, which can be taken back if it was trained. */
  #replace(net: Slot): void {
    const [shelf, current] = [this.#shelf, this.current];
    const before = shelf.put(net);
    this.keep(net);
    if (before?.classifier.trained !== true) return;
    this.#offer("net", () => {
      shelf.put(before);
      this.keep(before);
      if (current.slot !== before.slot) shelf.put(current);
    });
  }

  #offer(what: "net" | "data", takeBack: () => void): void {
    this.#takeBack = takeBack;
    this.#send({ kind: "replaced", what });
  }
}
