// All state of the neuron part: the formula, the values of the leaves, and the number of steps of the backward pass. Everything else
// follows from these: the graph is built anew from chainrule's Values whenever a number changes.
import { ExpressionError, parse, type Statement } from "./expression.ts";
import { build, type Graph, type LeafValues, leafNumber } from "./graph.ts";
import { shapeOf } from "./layout.ts";
import { along, gradientOf } from "./nudge.ts";
import { typed } from "./numbers.ts";
import { defaultOf, presets } from "./presets.ts";
import { gradientsAfter, type Step, stepsOf } from "./steps.ts";

/** The reason why the text cannot be drawn, and its place [from, to) in the text. */
export interface Problem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

/** Characters, enough for sixty numbers. */
export const maxTextLength = 600;
/** Leaves can be dragged between -reach and reach; typed numbers may lie outside. */
const reach = 20;

export class Neuron {
  /** The text in the box. If the text cannot be drawn, `problem` says why, and the last formula that can is shown. */
  text: string = $state(presets[0].text);
  problem: Problem | null = $state.raw(null);
  /** The number of steps taken of the backward pass. */
  done = $state(0);
  playing = $state(false);
  /** Whether the visitor has changed something: only then the state is written to the address. */
  touched = $state(false);
  /** The last text that could be read, and its statements. */
  #read: { readonly text: string; readonly statements: readonly Statement[] } = $state.raw(
    reading(presets[0].text, {}),
  );
  #values: LeafValues = $state.raw({});
  #picked = $state("x1");

  readonly graph: Graph = $derived(build(this.#read.statements, this.#values, this.#read.text));
  readonly shape: string = $derived(shapeOf(this.graph));
  readonly steps: readonly Step[] = $derived(stepsOf(this.graph));
  readonly gradients: readonly (number | null)[] = $derived(gradientsAfter(this.graph, this.steps, this.done));
  /** The current step, the last one taken; null before the first. */
  readonly step: Step | null = $derived(this.steps[this.done - 1] ?? null);
  readonly complete: boolean = $derived(this.done === this.steps.length);
  /** The leaf that is nudged; null if the formula has none. */
  readonly picked: string | null = $derived(
    (this.graph.leaves.find(({ label }) => label === this.#picked) ?? this.graph.leaves[0])?.label ?? null,
  );

  /** Takes another text; the graph follows if it can be read. */
  write(text: string): void {
    this.text = text;
    this.touched = true;
    const before = this.shape;
    try {
      this.#read = reading(text, this.#values);
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.problem = { message: error.message, from: error.from, to: error.to };
    }
    if (this.shape !== before) this.restart();
  }

  /** Takes another text, and resets the values of the leaves. */
  choose(text: string): void {
    this.#values = {};
    this.restart();
    this.write(text);
  }

  valueOf(leaf: string): number {
    return this.graph.leaves.find(({ label }) => label === leaf)?.value.data ?? 0;
  }

  /** The bounds between which a leaf can be dragged. */
  boundsOf(leaf: string): readonly [number, number] {
    const x = this.valueOf(leaf);
    return [Math.min(-reach, x), Math.max(reach, x)];
  }

  /** Sets the value of a leaf. If the text gives the leaf a number, as in x = 2, the text changes. */
  set(leaf: string, value: number): void {
    if (!Number.isFinite(value) || this.problem !== null) return;
    this.touched = true;
    this.#picked = leaf;
    const given = this.#read.statements.find((statement) => statement.name === leaf && leafNumber(statement) !== null);
    if (given === undefined) this.#values = { ...this.#values, [leaf]: value };
    else this.write(this.text.slice(0, given.from) + typed(value) + this.text.slice(given.to));
  }

  pick(leaf: string): void {
    this.#picked = leaf;
  }

  restart(): void {
    this.done = 0;
    this.playing = false;
  }

  forward(): void {
    this.done = Math.min(this.steps.length, this.done + 1);
    if (this.complete) this.playing = false;
  }

  back(): void {
    this.playing = false;
    this.done = Math.max(0, this.done - 1);
  }

  finish(): void {
    this.playing = false;
    this.done = this.steps.length;
  }

  play(): void {
    if (this.playing) {
      this.playing = false;
      return;
    }
    if (this.complete) this.done = 0;
    this.playing = true;
    this.forward();
  }

  /** The result as a function of the picked leaf, and its gradient by backward(); null if there is no leaf. */
  readonly nudged = $derived.by(() => {
    const { statements, text } = this.#read;
    const leaf = this.picked;
    if (leaf === null) return null;
    return {
      leaf,
      x: this.valueOf(leaf),
      result: along(statements, this.#values, leaf, text),
      gradient: gradientOf(statements, this.#values, leaf, text),
    };
  });

  /** The settings for the address: the formula, and the leaves whose value is not the default of their name. */
  get settings(): Record<string, string> {
    const given = new Set(this.#read.statements.map(({ name }) => name));
    const moved = this.graph.leaves.filter(({ label, value }) => !given.has(label) && value.data !== defaultOf(label));
    const leaves = moved.map(({ label, value }) => `${label}:${typed(value.data)}`).join(",");
    return { formula: this.#read.text, ...(leaves === "" ? {} : { leaves }) };
  }

  /** Takes the settings of an address. A formula that cannot be read is shown with its problem. */
  follow(settings: URLSearchParams): void {
    const formula = settings.get("formula");
    if (formula === null) return;
    const values: Record<string, number> = {};
    for (const pair of (settings.get("leaves") ?? "").split(",")) {
      const [name, number = ""] = pair.split(":");
      const value = Number(number);
      if (number !== "" && Number.isFinite(value)) values[name] = value;
    }
    this.#values = values;
    this.restart();
    this.write(formula.slice(0, maxTextLength));
    this.touched = false;
  }
}

/** Parses a text; throws the ExpressionError that says why it cannot be drawn. */
function reading(text: string, values: LeafValues) {
  const statements = parse(text);
  build(statements, values, text);
  return { text, statements };
}
