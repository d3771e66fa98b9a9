// Random routines that end: loops have fixed bounds or a counter, indices are taken modulo the memory's length, and divisors are not 0.
import {
  any,
  asLoop,
  assign,
  bits,
  breakIf,
  choose,
  constant,
  declare,
  demoteLow,
  div,
  eq,
  fence,
  laneOf,
  load,
  loop,
  lt,
  promoteLow,
  range,
  register,
  rem,
  select,
  set,
  shuffle,
  splat,
  store,
  sub,
  unrolled,
  variable,
  withLane,
} from "../../src/loops/build.ts";
import { type LanewiseName, lanewise, resultOf } from "../../src/loops/operations.ts";
import {
  type Expression,
  type Memory,
  type Registers,
  type Routine,
  type Statement,
  typeOf,
  type Unroll,
  type Variable,
} from "../../src/loops/program.ts";
import { type Type, types } from "../../src/loops/types.ts";
import type { Draw } from "../tensor/draw.ts";

/** Elements of each memory. */
export const length = 16;

export const memories: readonly Memory[] = [
  { name: "a", element: "f32" },
  { name: "b", element: "f64" },
  { name: "c", element: "i32" },
  { name: "d", element: "u8" },
];

const all = Object.keys(types) as Type[];

/** Whether there is an operation for a first operand of this type. */
type Has = (name: LanewiseName, first: Type) => boolean;

/** What a statement can use. */
interface Scope {
  readonly readable: readonly Variable[];
  readonly settable: readonly Variable[];
  readonly registers: readonly Registers[];
  /** Levels that may still be nested. */
  readonly depth: number;
  readonly has: Has;
}

export function randomRoutine(draw: Draw, has: Has): Routine {
  const parameters = [variable("from"), variable("to")];
  return {
    name: "random",
    memories,
    parameters,
    body: block(draw, { readable: parameters, settable: [], registers: [], depth: 3, has }),
  };
}

function block(draw: Draw, scope: Scope): Statement[] {
  const statements: Statement[] = [];
  let own = scope;
  for (let i = draw.whole(1, 4); i > 0; i--) {
    const kind = draw.pick([
      "let",
      "set",
      "store",
      "store",
      "if",
      "for",
      "loop",
      "registers",
      "outline",
      "fence",
    ] as const);
    if (kind === "registers") {
      const fresh = { name: "r", type: draw.pick(all), sizes: [2, 2] };
      statements.push({ kind: "registers", registers: fresh, value: value(draw, own, fresh.type, 2) });
      own = { ...own, registers: [...own.registers, fresh] };
      statements.push(assign(fresh, [1, draw.whole(0, 1)], value(draw, own, fresh.type, 2)));
    } else if (kind === "outline" && scope.depth > 0) {
      const body = block(draw, { ...own, settable: [], registers: [], depth: scope.depth - 1 });
      const inner = variable("own", draw.pick(all));
      const result = variable("result", inner.type);
      const last = declare(inner, value(draw, { ...own, registers: [] }, inner.type, 2));
      statements.push({
        kind: "outline",
        name: "part",
        body: [...body, last],
        result: { variable: result, own: inner },
      });
      own = { ...own, readable: [...own.readable, result] };
    } else if (kind === "outline") {
    } else if (kind === "let") {
      const fresh = variable(draw.pick(["x", "y"]), draw.pick(all));
      statements.push(declare(fresh, value(draw, own, fresh.type, 3)));
      own = { ...own, readable: [...own.readable, fresh], settable: [...own.settable, fresh] };
    } else statements.push(...statementOf(draw, own, kind));
  }
  return statements;
}

const unrolls: readonly Unroll[] = [
  asLoop,
  unrolled,
  { kind: "all", moves: true },
  { kind: "copies", copies: 2, moves: false },
  { kind: "copies", copies: 3, moves: true },
];

function statementOf(draw: Draw, scope: Scope, kind: "set" | "store" | "if" | "for" | "loop" | "fence"): Statement[] {
  const inner = { ...scope, depth: scope.depth - 1 };
  if (kind === "set" && scope.settable.length > 0) {
    const one = draw.pick(scope.settable);
    return [set(one, value(draw, scope, one.type, 3))];
  }
  if (kind === "if" && scope.depth > 0)
    return [choose(value(draw, scope, "i32", 2), block(draw, inner), draw.unit() < 0.5 ? block(draw, inner) : [])];
  if (kind === "for" && scope.depth > 0) {
    const index = variable("i");
    const own = { ...inner, readable: [...scope.readable, index] };
    const unroll = draw.pick(unrolls);
    const leaves = unroll.kind === "loop" && draw.unit() < 0.3;
    const body = [...block(draw, own), ...(leaves ? [breakIf(value(draw, own, "i32", 2))] : [])];
    return [range(index, draw.whole(-2, 2), draw.whole(0, 4), body, draw.whole(1, 2), unroll)];
  }
  if (kind === "fence") return [fence(draw.pick(memories), place(draw, scope))];
  if (kind === "loop" && scope.depth > 0) {
    const count = variable("count");
    const own = { ...inner, readable: [...scope.readable, count] };
    return [
      declare(count, draw.whole(0, 3)),
      loop(breakIf(eq(count, 0)), ...block(draw, own), set(count, sub(count, 1))),
    ];
  }
  const memory = draw.pick(memories);
  const fits = all.filter(
    (type) => types[type].lane === typeOf(memory.element) && (memory.element !== "u8" || type === "i32"),
  );
  return [store(memory, place(draw, scope), value(draw, scope, draw.pick(fits), 3))];
}

/** An index with room for four lanes behind it. */
const place = (draw: Draw, scope: Scope): Expression => rem(value(draw, scope, "i32", 2), length - 3);

/** An operation with the types of its operands. */
interface Choice {
  readonly name: LanewiseName;
  readonly operands: readonly Type[];
}

/** All operations with a result of each type. Products of i64 and divisors are drawn apart. */
const choices = new Map<Type, Choice[]>();
for (const name of Object.keys(lanewise) as LanewiseName[]) {
  if (name === "divideUnsigned" || name === "remainderUnsigned") continue;
  for (const first of all)
    for (const second of lanewise[name].operands === 1 ? [null] : [...new Set<Type>([first, "i32"])]) {
      const operands = [first, second, first].slice(0, lanewise[name].operands).filter((one) => one !== null);
      const type = resultOf(name, operands);
      if (type !== null) choices.set(type, [...(choices.get(type) ?? []), { name, operands }]);
    }
}

/** A value of the type; `depth` operations deep at most. `has` says which operations there are. */
function value(draw: Draw, scope: Scope, type: Type, depth: number): Expression {
  const inner = (of: Type) => value(draw, scope, of, depth - 1);
  const known = scope.readable.filter((one) => one.type === type);
  if (depth === 0 || draw.unit() < 0.2) {
    if (known.length > 0 && draw.unit() < 0.6) return draw.pick(known);
    const registers = scope.registers.filter((one) => one.type === type);
    if (registers.length > 0) return register(draw.pick(registers), draw.whole(0, 1), draw.whole(0, 1));
    return number(draw, type);
  }
  const { lane, lanes } = types[type];
  if (draw.unit() < 0.3) {
    const from = memories.filter(({ element }) => (lanes === 1 || element !== "u8") && typeOf(element) === lane);
    if (from.length > 0) return load(draw.pick(from), place(draw, scope), type);
  }
  if (draw.unit() < 0.3) return across(draw, type, inner);
  if (type === "i32" && draw.unit() < 0.2) return draw.pick([div, rem])(inner("i32"), draw.whole(1, 9));
  const { name, operands } = draw.pick(
    (choices.get(type) ?? []).filter((choice) => scope.has(choice.name, choice.operands[0])),
  );
  return { kind: "operation", operation: name, type, operands: operands.map(inner) };
}

function number(draw: Draw, type: Type): Expression {
  const { lane } = types[type];
  const special =
    lane === "i32" || lane === "i64" ? [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)] : [0, -0, 1.5, Infinity, Number.NaN];
  const one = draw.unit() < 0.3 ? draw.pick(special) : draw.whole(-9, 9);
  return constant(type, lane === "i64" ? BigInt(one) : one);
}

const vectors = ["i32x4", "f32x4", "i64x2", "f64x2"] as const;

/** A mask with whole lanes: the bits of a NaN differ between engines, so floats are not cut. */
function mask(type: Type, inner: (of: Type) => Expression): Expression {
  const { condition } = types[type];
  return types[type].lane === "f32" || types[type].lane === "f64" ? lt(inner(type), inner(type)) : inner(condition);
}

/** What is not lane by lane. */
function across(draw: Draw, type: Type, inner: (of: Type) => Expression): Expression {
  const { lane, lanes } = types[type];
  if (lanes === 1) {
    const from = vectors.filter((vector) => types[vector].lane === lane && lane !== "i64");
    if (type === "i32" && draw.unit() < 0.5) return any(inner(draw.pick(vectors)));
    return from.length > 0 && draw.unit() < 0.5
      ? laneOf(inner(from[0]), draw.whole(0, 1))
      : select(inner("i32"), inner(type), inner(type));
  }
  const kind = draw.pick(["splat", "shuffle", "bits", "select", "withLane", "half"] as const);
  if (kind === "splat") return splat(inner(lane));
  if (kind === "shuffle") {
    const [first, second] = [2 * draw.whole(0, 3), 2 * draw.whole(0, 3)];
    const word = () => draw.whole(0, 7);
    const whole =
      lanes === 2 ? ([first, first + 1, second, second + 1] as const) : ([word(), word(), word(), word()] as const);
    return shuffle(inner(type), inner(type), whole);
  }
  if (kind === "bits") return bits(inner(draw.pick(["i32x4", "i64x2"])), type);
  if (kind === "withLane" && lane !== "i64") return withLane(inner(type), draw.whole(0, lanes - 1), inner(lane));
  if (kind === "half" && type === "f64x2") return promoteLow(inner("f32x4"));
  if (kind === "half" && type === "f32x4") return demoteLow(inner("f64x2"));
  return select(mask(type, inner), inner(type), inner(type));
}
