// All state of part one: the formula, the numbers and roles of its leaves, the place in the current round of learning, and the rounds so
// far. Everything else follows from these: the graph is built anew from chainrule's Values whenever a number changes.
import { parse, type Statement } from "./formula/expression.ts";
import { ExpressionError } from "./formula/faults.ts";
import { presets } from "./formula/presets.ts";
import type { Role } from "./formula/roles.ts";
import { build, type Graph, type Leaves, leafNumber } from "./graph.ts";
import { shapeOf } from "./layout/columns.ts";
import { type End, endOf, type Update, updatesOf } from "./learn/update.ts";
import { typed } from "./numbers.ts";
import { programOf } from "./program.ts";
import { defaultRate, savedOf, settingsOf, startOf } from "./settings.ts";
import { gradientsAfter, type Step, stepsOf } from "./steps/steps.ts";

/** Characters, enough for sixty numbers. */
export const maxTextLength = 600;
/** Leaves can be dragged between -reach and reach; typed numbers may lie outside. */
const reach = 20;

/** A round of learning that is over: what it began with, and its result. */
export interface Round {
  readonly text: string;
  readonly leaves: Leaves;
  readonly result: number;
  readonly updates: readonly Update[];
}

/** What moved last and has to flow through the graph; a new object for each movement. */
export interface Movement {
  readonly kind: "forward" | "backward";
  /** The nodes where it begins. */
  readonly from: readonly number[];
}

interface Formula {
  readonly text: string;
  readonly statements: readonly Statement[];
}

export class Neuron {
  /** The text in the box. If the text cannot be drawn, `problem` says why, and the last formula that can is shown. */
  text: string = $state(presets[0].text);
  problem: ExpressionError | null = $state.raw(null);
  /** The number of steps taken of the round: first values, then gradients. */
  done = $state(0);
  /** What goes on by itself: the steps up to `goal`, or whole rounds. */
  running: "steps" | "rounds" | null = $state(null);
  goal = $state(0);
  rate = $state(defaultRate);
  /** The rounds since a number was last changed by hand. */
  rounds: readonly Round[] = $state.raw([]);
  /** The results of the run before, if a number was changed by hand since. */
  earlier: readonly number[] = $state.raw([]);
  /** Why the last run ended; null while there is nothing to say. */
  end: End | null = $state(null);
  movement: Movement | null = $state.raw(null);
  /** Whether the current step was taken as such, and not jumped over. */
  stepping = $state(false);
  /** Whether the visitor has changed something: only then the state is kept. */
  touched = $state(false);
  #formula: Formula = $state.raw(formulaOf(presets[0].text, startOf(presets[0].text)));
  #leaves: Leaves = $state.raw(startOf(presets[0].text));
  #preset: string = presets[0].text;
  #picked = $state("w");

  readonly graph: Graph = $derived(build(this.#formula.statements, this.#leaves, this.#formula.text));
  readonly shape: string = $derived(shapeOf(this.graph));
  readonly steps: readonly Step[] = $derived(stepsOf(this.graph));
  /** The number of steps that compute values. */
  readonly forwards: number = $derived(this.steps.filter(({ kind }) => kind === "value").length);
  readonly gradients: readonly (number | null)[] = $derived(gradientsAfter(this.graph, this.steps, this.done));
  /** The gradients at the end of the round. */
  readonly allGradients: readonly (number | null)[] = $derived(
    gradientsAfter(this.graph, this.steps, this.steps.length),
  );
  readonly updates: readonly Update[] = $derived(updatesOf(this.graph, this.allGradients, this.rate));
  /** The current step, the last one taken; null before the first. */
  readonly step: Step | null = $derived(this.steps[this.done - 1] ?? null);
  readonly complete: boolean = $derived(this.done === this.steps.length);
  /** The nodes whose values are computed. */
  readonly known: ReadonlySet<number> = $derived(
    new Set([
      ...this.graph.nodes.flatMap(({ id, op }) => (op === null ? [id] : [])),
      ...this.steps.slice(0, this.done).map(({ node }) => node),
      ...(this.done >= this.forwards ? this.graph.nodes.map(({ id }) => id) : []),
    ]),
  );
  /** A formula with a target measures an error, which should become 0. */
  readonly isError: boolean = $derived(this.graph.leaves.some(({ role }) => role === "target"));
  /** The leaf that is nudged; null if the formula has none. */
  readonly picked: string | null = $derived(
    (this.graph.leaves.find(({ label }) => label === this.#picked) ?? this.graph.leaves[0])?.label ?? null,
  );

  constructor() {
    this.done = this.forwards;
  }

  /** Takes another text; the graph follows if it can be read. */
  write(text: string): void {
    this.touched = true;
    const before = this.shape;
    this.#read(text);
    if (this.shape !== before) this.#begin();
  }

  #read(text: string): void {
    this.text = text;
    try {
      this.#formula = formulaOf(text, this.#leaves);
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.problem = error;
    }
  }

  /** All values are known, no gradient is, and no round is over. */
  #begin(): void {
    this.running = null;
    this.stepping = false;
    this.rounds = [];
    this.earlier = [];
    this.end = null;
    this.done = this.forwards;
  }

  /** Takes a formula with the numbers that belong to it. */
  choose(text: string): void {
    this.#preset = text;
    this.#leaves = startOf(text);
    this.rate = defaultRate;
    this.write(text);
    this.#begin();
  }

  /** Goes back to the formula that was chosen last, with its numbers and roles. */
  reset(): void {
    this.choose(this.#preset);
  }

  /** Returns the function that restores what there is now. */
  keep(): () => void {
    const { text, rate, rounds, done, end } = this;
    const [leaves, preset] = [this.#leaves, this.#preset];
    return () => {
      this.#leaves = leaves;
      this.#preset = preset;
      this.#read(text);
      this.running = null;
      Object.assign(this, { rate, rounds, end, touched: true });
      this.done = Math.min(done, this.steps.length);
    };
  }

  valueOf(leaf: string): number {
    return this.graph.leaves.find(({ label }) => label === leaf)?.value.data ?? 0;
  }

  /** The bounds between which a leaf can be dragged. */
  boundsOf(leaf: string): readonly [number, number] {
    const x = this.valueOf(leaf);
    return [Math.min(-reach, x), Math.max(reach, x)];
  }

  /** Sets leaves by hand: the rounds so far no longer lead here. */
  set(...numbers: readonly (readonly [leaf: string, value: number])[]): void {
    if (this.problem !== null) return;
    const finite = numbers.filter(([, value]) => Number.isFinite(value));
    if (finite.length === 0) return;
    this.touched = true;
    this.#picked = finite[0][0];
    if (this.rounds.length > 0) this.earlier = [...this.rounds.map(({ result }) => result), this.graph.root.value.data];
    for (const [leaf, value] of finite) this.#move(leaf, value);
    this.rounds = [];
    this.end = null;
    if (this.done < this.forwards) this.done = this.forwards;
    this.stepping = false;
    this.#flow(finite.map(([leaf]) => leaf));
  }

  /** Moves one leaf. If the text gives the leaf a number, as in x = 2, the text changes. */
  #move(leaf: string, value: number): void {
    const given = this.#formula.statements.find(
      (statement) => statement.name === leaf && leafNumber(statement) !== null,
    );
    if (given === undefined)
      this.#leaves = { ...this.#leaves, numbers: new Map([...this.#leaves.numbers, [leaf, value]]) };
    else {
      const { text } = this.#formula;
      this.#read(text.slice(0, given.from) + typed(value) + text.slice(given.to));
    }
  }

  #flow(leaves: readonly string[]): void {
    const from = this.graph.leaves.filter(({ label }) => leaves.includes(label)).map(({ id }) => id);
    this.movement = { kind: "forward", from };
  }

  setRole(leaf: string, role: Role): void {
    this.touched = true;
    this.#leaves = { ...this.#leaves, roles: new Map([...this.#leaves.roles, [leaf, role]]) };
    this.end = null;
  }

  pick(leaf: string): void {
    this.#picked = leaf;
  }

  restart(): void {
    this.running = null;
    this.stepping = false;
    this.done = 0;
  }

  finish(): void {
    this.running = null;
    this.stepping = false;
    this.done = this.steps.length;
  }

  /** One step on. After the last gradient the numbers that learn are updated, and the next round begins. */
  forward(): void {
    this.stepping = true;
    if (!this.complete) this.done++;
    else if (!this.update()) this.running = null;
    if (this.running === "steps" && this.done >= this.goal) this.running = null;
  }

  /** One step back; before the first step of a round lies the end of the round before. */
  back(): void {
    this.running = null;
    this.stepping = true;
    const last = this.rounds.at(-1);
    if (this.done > 0) this.done--;
    else if (last !== undefined) {
      this.#leaves = last.leaves;
      this.#read(last.text);
      this.rounds = this.rounds.slice(0, -1);
      this.done = this.steps.length;
    }
  }

  /** Plays the next phase: the values, the gradients, or the update and the values that follow from it. */
  play(): void {
    if (this.running !== null) {
      this.running = null;
      return;
    }
    const { done, forwards, complete } = this;
    if (complete && !this.update()) return;
    this.goal = complete || done < forwards ? this.forwards : this.steps.length;
    this.running = "steps";
    if (!complete) this.forward();
  }

  /** Moves every number that learns against its gradient; the values are then to be computed anew. False if the run is at its end. */
  update(): boolean {
    const { graph, updates, rounds, isError } = this;
    this.end = endOf(graph, updates, { round: rounds.length, isError });
    if (this.end !== null) return false;
    this.touched = true;
    const round: Round = { text: this.#formula.text, leaves: this.#leaves, result: graph.root.value.data, updates };
    for (const { label, after } of updates) this.#move(label, after);
    this.rounds = [...rounds, round];
    this.done = 0;
    return true;
  }

  learn(): void {
    this.stepping = false;
    this.running = this.running === "rounds" ? null : "rounds";
    this.end = null;
  }

  /** Half a round of a run: first all gradients, then the update with the values that follow from it. */
  beat(): void {
    if (!this.complete) {
      this.done = this.steps.length;
      this.movement = { kind: "backward", from: [this.graph.root.id] };
    } else if (this.update()) {
      this.done = this.forwards;
      this.#flow(this.updates.map(({ label }) => label));
    } else this.running = null;
  }

  /** The current formula and numbers as a program of chainrule. */
  get program(): string {
    return programOf(this.#formula.statements, this.graph, this.rate);
  }

  /** The settings for the address and the store. */
  get settings(): Record<string, string> {
    const given = new Set(this.#formula.statements.map(({ name }) => name));
    return settingsOf({ text: this.#formula.text, leaves: this.#leaves, graph: this.graph, given, rate: this.rate });
  }

  /** Takes the settings of an address or of the store. A formula that cannot be read is shown with its problem. */
  follow(settings: URLSearchParams): void {
    const saved = savedOf(settings);
    if (saved === null) return;
    this.#leaves = saved.leaves;
    this.rate = saved.rate;
    this.#preset = presets.find(({ text }) => text === saved.text)?.text ?? presets[0].text;
    this.#read(saved.text.slice(0, maxTextLength));
    this.#begin();
    this.touched = false;
  }
}

/** Parses a text; throws the ExpressionError that says why it cannot be drawn. */
function formulaOf(text: string, leaves: Leaves): Formula {
  const statements = parse(text);
  build(statements, leaves, text);
  return { text, statements };
}
