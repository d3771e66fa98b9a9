// All state of the part: what is written, what the leaves are worth, and how far backward has come. The rest follows from these: the graph
// is built anew from chainrule's Values whenever a number moves.
import { ExpressionError, parse, type Statement } from "./expression.ts";
import { build, type Graph, type LeafValues, leafNumber } from "./graph.ts";
import { shapeOf } from "./layout.ts";
import { along, gradientOf } from "./nudge.ts";
import { typed } from "./numbers.ts";
import { defaultOf, presets } from "./presets.ts";
import { gradientsAfter, type Step, stepsOf } from "./steps.ts";

/** Why the text cannot be drawn; [from, to) is the place in it. */
export interface Problem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

/** Long enough for sixty numbers. */
export const longestText = 600;
/** Leaves are pulled between these; typed numbers may lie outside. */
const reach = 20;

export class Neuron {
  /** What stands in the box; `problem` says why, if it is not what is drawn. */
  text: string = $state(presets[0].text);
  problem: Problem | null = $state.raw(null);
  /** How many steps of backward have been taken. */
  done = $state(0);
  playing = $state(false);
  /** Whether somebody has changed something: only then it goes to the address. */
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
  /** The step that was taken last; null before the first. */
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

  /** Takes another text, and forgets what the leaves were worth. */
  choose(text: string): void {
    this.#values = {};
    this.restart();
    this.write(text);
  }

  valueOf(leaf: string): number {
    return this.graph.leaves.find(({ label }) => label === leaf)?.value.data ?? 0;
  }

  /** Between which numbers a leaf is pulled. */
  boundsOf(leaf: string): readonly [number, number] {
    const x = this.valueOf(leaf);
    return [Math.min(-reach, x), Math.max(reach, x)];
  }

  /** Moves a leaf. One that the text gives a number, as x = 2, changes there. */
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

  /** The result along the picked leaf, and its gradient there by backward(); null if there is no leaf. */
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

  /** What the address keeps: the formula, and leaves that are not worth what their name says. */
  get settings(): Record<string, string> {
    const given = new Set(this.#read.statements.map(({ name }) => name));
    const moved = this.graph.leaves.filter(({ label, value }) => !given.has(label) && value.data !== defaultOf(label));
    const leaves = moved.map(({ label, value }) => `${label}:${typed(value.data)}`).join(",");
    return { formula: this.#read.text, ...(leaves === "" ? {} : { leaves }) };
  }

  /** Shows what an address says. A formula that cannot be read is shown with its problem. */
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
    this.write(formula.slice(0, longestText));
    this.touched = false;
  }
}

/** A text that can be drawn, or the ExpressionError that says why not. */
function reading(text: string, values: LeafValues) {
  const statements = parse(text);
  build(statements, values, text);
  return { text, statements };
}
