// Addresses become pointers that move with the loops (strength reduction): x[64 * row + column + 1] in a loop over columns becomes p[1], where
// p points to x[64 * row] before the loop and moves by 1 in each iteration. Places of one memory whose indices differ by a constant share
// a pointer, and the constant becomes the offset of the memory instruction.
//
// A place's index is Σ factor · variable + rest. Its terms are sorted in the order in which their variables are declared. At each statement
// there is a pointer for the first terms, as many as have variables that are declared by then; it is derived from the pointer for fewer.
import { affineOf, expressionOf } from "./affine.ts";
import { add, mul, variable } from "./build.ts";
import type { Expression, Memory, Place, Routine, Statement, Variable } from "./program.ts";
import { hasInside, statementWithPlaces } from "./rewrite.ts";
import { eachOwnPlace, statementsIn } from "./uses.ts";

interface Term {
  readonly variable: Variable;
  /** The number of the variable, in the order of declarations. */
  readonly number: number;
  readonly factor: number;
}

/** A place's index as terms. */
interface Index {
  readonly memory: Memory;
  readonly terms: readonly Term[];
  /** The key of the pointer for the first terms: for one term, for two, and so on. */
  readonly keys: readonly Key[];
  readonly constant: number;
  /** Whether pointers include the constant: if a factor is negative, since an address may not be below 0. */
  readonly includesConstant: boolean;
  /** What is not a term. */
  readonly rest: Expression | null;
  /** The index relative to the pointer for the first terms, by their number. */
  readonly relative: (Expression | undefined)[];
}

/** Stands for the first terms of indices of one memory: there is one key for all indices that have these terms. */
class Key {
  readonly #longer = new Map<number, Map<number, Key>>();

  /** The key with one more term. */
  with({ number, factor }: Term): Key {
    let byFactor = this.#longer.get(number);
    if (byFactor === undefined) this.#longer.set(number, (byFactor = new Map<number, Key>()));
    let longer = byFactor.get(factor);
    if (longer === undefined) byFactor.set(factor, (longer = new Key()));
    return longer;
  }
}

const none: readonly Index[] = [];

interface Scope {
  /** The number of the last variable that is declared. */
  readonly last: number;
  readonly pointers: ReadonlyMap<Key, Variable>;
}

/** The routine with pointers. */
export const withPointers = (routine: Routine): Routine => ({ ...routine, body: new Pass(routine).whole(routine) });

class Pass {
  /** The numbers of all variables whose value does not change. */
  readonly #numbers = new Map<Variable, number>();
  /** Variables that indices have as terms. */
  readonly #inIndices = new Set<Variable>();
  readonly #indices = new Map<Memory, Map<Expression, Index>>();
  readonly #inside = new Map<Statement, readonly Index[]>();
  /** The keys of no terms: for each memory's name, and the constant if it is included. */
  readonly #keys = new Map<string, Key>();
  /** Statements that have places themselves. */
  readonly #withPlaces = new Set<Statement>();

  constructor({ parameters, body }: Routine) {
    for (const parameter of parameters) this.#number(parameter);
    const changing: Variable[] = [];
    this.#numberAll(body, changing);
    // What variables that are set are part of is computed each time.
    for (const variable of changing) this.#numbers.delete(variable);
    for (const statement of body)
      for (const { terms } of this.#find(statement)) for (const { variable } of terms) this.#inIndices.add(variable);
  }

  /** The body of the routine: it begins with pointers for the parameters that are part of indices. */
  whole({ parameters, body }: Routine): Statement[] {
    const result: Statement[] = [];
    const none: Scope = { last: 0, pointers: new Map() };
    const scope = this.#pointTo(body, 0, { ...none, last: parameters.length }, none, result);
    result.push(...this.#block(body, scope));
    return result;
  }

  #block(statements: readonly Statement[], outer: Scope): Statement[] {
    let scope = outer;
    const result: Statement[] = [];
    for (let i = 0; i < statements.length; i++) {
      const statement = statements[i];
      if (statement.kind === "for") {
        result.push(...this.#for(statement, scope));
        continue;
      }
      result.push(this.#within(this.#pointed(statement, scope), scope));
      const declared = this.#declaredIn(statement);
      if (declared === null) continue;
      scope = { ...scope, last: this.#numbers.get(declared) ?? scope.last };
      // Variables that are declared one after another share their pointers.
      if (this.#declaredIn(statements[i + 1]) === null) scope = this.#pointTo(statements, i + 1, scope, outer, result);
    }
    return result;
  }

  /** The variable that a statement declares and that indices have as a term. */
  #declaredIn(statement: Statement | undefined): Variable | null {
    if (statement?.kind !== "let" || !this.#inIndices.has(statement.variable)) return null;
    return statement.variable;
  }

  /** Adds pointers for the indices in the statements from the i-th on that have variables declared between two scopes. */
  #pointTo(statements: readonly Statement[], i: number, scope: Scope, outer: Scope, result: Statement[]): Scope {
    const pointers = new Map(scope.pointers);
    for (let at = i; at < statements.length; at++)
      for (const index of this.#indicesIn(statements[at])) {
        const count = countOf(index, scope.last);
        if (count === 0 || pointers.has(index.keys[count - 1])) continue;
        const fewer = countOf(index, outer.last);
        if (count > fewer) result.push(this.#point(index, fewer, count, pointers));
      }
    return { last: scope.last, pointers };
  }

  /** Declares the pointer for the first `count` terms: the terms after the first `fewer` are added to the pointer for these. */
  #point(index: Index, fewer: number, count: number, pointers: Map<Key, Variable>): Point {
    const { memory, keys, terms, constant, includesConstant } = index;
    const pointer = variable(`${memory.name}At`);
    pointers.set(keys[count - 1], pointer);
    const from = fewer === 0 ? null : (pointers.get(keys[fewer - 1]) ?? null);
    const added = terms.slice(from === null ? 0 : fewer, count);
    const factors = new Map(added.map((term) => [term.variable, term.factor]));
    const sum = expressionOf({ factors, constant: from === null && includesConstant ? constant : 0, rest: null });
    return { kind: "point", pointer, place: { memory, pointer: from, index: sum } };
  }

  #for(statement: For, scope: Scope): Statement[] {
    const { index: own, step, body } = statement;
    const loop = this.#pointed(statement, scope);
    const last = this.#numbers.get(own) ?? scope.last;
    const pointers = new Map(scope.pointers);
    const points: Statement[] = [];
    const moves: Statement[] = [];
    if (this.#inIndices.has(own))
      for (const index of this.#indicesIn(statement)) {
        const term = index.terms.findIndex(({ variable }) => variable === own);
        if (term < 0 || pointers.has(index.keys[term])) continue;
        const point = this.#point(index, term, term + 1, pointers);
        const first = replaced(point.place.index, own, statement.from);
        points.push({ ...point, place: { ...point.place, index: first } });
        const by = index.terms[term].factor * step;
        moves.push({ kind: "move", pointer: point.pointer, memory: index.memory, by });
      }
    return [...points, { ...loop, body: [...this.#block(body, { last, pointers }), ...moves] }];
  }

  /** A statement with pointers in the statements inside it. */
  #within(statement: Statement, scope: Scope): Statement {
    if (statement.kind === "loop") return { ...statement, body: this.#block(statement.body, scope) };
    if (statement.kind !== "if") return statement;
    const { whenTrue, whenFalse } = statement;
    return { ...statement, whenTrue: this.#block(whenTrue, scope), whenFalse: this.#block(whenFalse, scope) };
  }

  /** A statement with the places of its own expressions relative to pointers. */
  #pointed<S extends Statement>(statement: S, { last, pointers }: Scope): S {
    if (statement.kind !== "fence" && !this.#withPlaces.has(statement)) return statement;
    return statementWithPlaces(statement, (place) => {
      if (place.pointer !== null) return place;
      const index = this.#indexOf(place);
      const count = countOf(index, last);
      const pointer = count === 0 ? undefined : pointers.get(index.keys[count - 1]);
      if (pointer === undefined) return place;
      return { memory: place.memory, pointer, index: relativeOf(index, count) };
    }) as S;
  }

  /** The indices, each once, of a statement and of those inside it. They are asked for at each loop around, and found once. */
  #indicesIn(statement: Statement): readonly Index[] {
    return this.#inside.get(statement) ?? none;
  }

  /** Finds the indices of a statement and of those inside it. */
  #find(statement: Statement): readonly Index[] {
    // A part may stand in several places.
    const known = this.#inside.get(statement);
    if (known !== undefined) return known;
    const indices: Index[] = [];
    eachOwnPlace(statement, (place) => {
      this.#withPlaces.add(statement);
      addIndex(this.#indexOf(place), indices);
    });
    if (hasInside(statement)) {
      const inside = statementsIn(statement);
      const seen = new Set(indices.map(lastKey));
      for (let i = 0; i < inside.length; i++) addOthers(this.#find(inside[i]), indices, seen);
    }
    if (indices.length > 0) this.#inside.set(statement, indices);
    return indices;
  }

  #indexOf({ memory, index }: Place): Index {
    let ofMemory = this.#indices.get(memory);
    if (ofMemory === undefined) this.#indices.set(memory, (ofMemory = new Map<Expression, Index>()));
    const known = ofMemory.get(index);
    if (known) return known;
    const { constant, factors, rest } = affineOf(index);
    const terms: Term[] = [];
    let others = rest;
    factors.forEach((factor, variable) => {
      const number = this.#numbers.get(variable);
      if (number === undefined) others = add(others ?? 0, mul(variable, factor));
      else terms.push({ variable, number, factor });
    });
    if (terms.length > 1) terms.sort((a, b) => a.number - b.number);
    const includesConstant = terms.some(({ factor }) => factor < 0);
    const keys: Key[] = [];
    let key = this.#keyOf(includesConstant ? `${memory.name} ${constant}` : memory.name);
    for (const term of terms) keys.push((key = key.with(term)));
    const result: Index = { memory, terms, keys, constant, includesConstant, rest: others, relative: [] };
    ofMemory.set(index, result);
    return result;
  }

  #keyOf(name: string): Key {
    let key = this.#keys.get(name);
    if (key === undefined) this.#keys.set(name, (key = new Key()));
    return key;
  }

  #number(variable: Variable): void {
    this.#numbers.set(variable, this.#numbers.size + 1);
  }

  /** Numbers the variables that statements declare, and adds those that they set to `changing`. */
  #numberAll(statements: readonly Statement[], changing: Variable[]): void {
    for (let i = 0; i < statements.length; i++) {
      const statement = statements[i];
      if (statement.kind === "let") {
        if (statement.variable.type === "i32") this.#number(statement.variable);
      } else if (statement.kind === "set") changing.push(statement.variable);
      else if (hasInside(statement)) {
        // The index of a loop without pointers that move is part of the offsets of memory instructions.
        if (statement.kind === "for" && (statement.unroll.kind !== "all" || statement.unroll.moves))
          this.#number(statement.index);
        this.#numberAll(statementsIn(statement), changing);
      }
    }
  }
}

/** The key of the pointer for all terms. */
const lastKey = ({ keys }: Index): Key => keys[keys.length - 1];

/** Adds an index that has terms, unless there is one with the same. */
function addIndex(index: Index, indices: Index[]): void {
  if (index.keys.length > 0 && indices.every((other) => lastKey(other) !== lastKey(index))) indices.push(index);
}

/** Adds the indices whose keys were not seen. */
function addOthers(others: readonly Index[], indices: Index[], seen: Set<Key>): void {
  for (let i = 0; i < others.length; i++) {
    const key = lastKey(others[i]);
    if (seen.has(key)) continue;
    seen.add(key);
    indices.push(others[i]);
  }
}

type For = Extract<Statement, { readonly kind: "for" }>;
type Point = Extract<Statement, { readonly kind: "point" }>;

/** What is added to the pointer for the first `count` terms. */
function relativeOf({ terms, constant, includesConstant, rest, relative }: Index, count: number): Expression {
  const known = relative[count];
  if (known !== undefined) return known;
  const factors = new Map(terms.slice(count).map((term) => [term.variable, term.factor]));
  const index = expressionOf({ constant: includesConstant ? 0 : constant, factors, rest });
  relative[count] = index;
  return index;
}

/** How many of an index's terms have variables up to a number. */
function countOf({ terms }: Index, last: number): number {
  let count = 0;
  while (count < terms.length && terms[count].number <= last) count++;
  return count;
}

/** An affine index with a value in place of a variable. */
function replaced(index: Expression, of: Variable, value: Expression): Expression {
  const { constant, factors, rest } = affineOf(index);
  const others = new Map([...factors].filter(([one]) => one !== of));
  return add(expressionOf({ constant, factors: others, rest }), mul(value, factors.get(of) ?? 0));
}
