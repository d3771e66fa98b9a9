// Random routines that end: loops have fixed bounds or a counter, indices are taken modulo the memory's length, and divisors are not 0.
import {
  add,
  and,
  breakIf,
  choose,
  declare,
  div,
  eq,
  f64,
  ge,
  gt,
  load,
  loop,
  lt,
  min,
  mul,
  ne,
  not,
  or,
  range,
  rem,
  set,
  store,
  sub,
  variable,
} from "../../src/loops/build.ts";
import {
  type Expression,
  type Memory,
  type Routine,
  type Statement,
  type Type,
  typeOf,
  type Variable,
} from "../../src/loops/program.ts";
import type { Draw } from "../tensor/draw.ts";

/** Elements of each memory. */
export const length = 16;

export const memories: readonly Memory[] = [
  { name: "a", element: "f32" },
  { name: "b", element: "f64" },
  { name: "c", element: "i32" },
  { name: "d", element: "u8" },
];

const types = ["i32", "f32", "f64"] as const;

/** What a statement can use. */
interface Scope {
  readonly readable: readonly Variable[];
  readonly settable: readonly Variable[];
  /** Levels that may still be nested. */
  readonly depth: number;
}

export function randomRoutine(draw: Draw): Routine {
  const parameters = [variable("from"), variable("to")];
  return { name: "random", memories, parameters, body: block(draw, { readable: parameters, settable: [], depth: 3 }) };
}

function block(draw: Draw, scope: Scope): Statement[] {
  const statements: Statement[] = [];
  let own = scope;
  for (let i = draw.whole(1, 4); i > 0; i--) {
    const kind = draw.pick(["let", "set", "store", "store", "if", "for", "loop"] as const);
    if (kind === "let") {
      const fresh = variable(draw.pick(["x", "y"]), draw.pick(types));
      statements.push(declare(fresh, value(draw, own, fresh.type, 3)));
      own = { ...own, readable: [...own.readable, fresh], settable: [...own.settable, fresh] };
    } else statements.push(...statementOf(draw, own, kind));
  }
  return statements;
}

function statementOf(draw: Draw, scope: Scope, kind: "set" | "store" | "if" | "for" | "loop"): Statement[] {
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
    const body = [...block(draw, own), ...(draw.unit() < 0.3 ? [breakIf(value(draw, own, "i32", 2))] : [])];
    return [range(index, draw.whole(-2, 2), draw.whole(0, 4), body, draw.whole(1, 2))];
  }
  if (kind === "loop" && scope.depth > 0) {
    const count = variable("count");
    const own = { ...inner, readable: [...scope.readable, count] };
    return [
      declare(count, draw.whole(0, 3)),
      loop(breakIf(eq(count, 0)), ...block(draw, own), set(count, sub(count, 1))),
    ];
  }
  const memory = draw.pick(memories);
  return [store(memory, place(draw, scope), value(draw, scope, typeOf(memory.element), 3))];
}

const place = (draw: Draw, scope: Scope): Expression => rem(value(draw, scope, "i32", 2), length);

/** A value of the type; `depth` operations deep at most. */
function value(draw: Draw, scope: Scope, type: Type, depth: number): Expression {
  const inner = (of: Type) => value(draw, scope, of, depth - 1);
  const known = scope.readable.filter((one) => one.type === type);
  if (depth === 0 || draw.unit() < 0.2) {
    if (known.length > 0 && draw.unit() < 0.6) return draw.pick(known);
    const special = type === "i32" ? [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)] : [0, -0, 1.5, Infinity, Number.NaN];
    return { kind: "number", type, value: draw.unit() < 0.3 ? draw.pick(special) : draw.whole(-9, 9) };
  }
  if (draw.unit() < 0.3)
    return load(draw.pick(memories.filter(({ element }) => typeOf(element) === type)), place(draw, scope));
  if (type !== "i32") {
    if (type === "f64" && draw.unit() < 0.3) return f64(inner(draw.pick(["i32", "f32"])));
    return draw.pick([add, sub, mul])(inner(type), inner(type));
  }
  if (draw.unit() < 0.4) {
    const of = draw.pick(types);
    return draw.pick([eq, ne, lt, gt, ge])(inner(of), inner(of));
  }
  if (draw.unit() < 0.2) return draw.pick([div, rem])(inner("i32"), draw.whole(1, 9));
  if (draw.unit() < 0.1) return not(inner("i32"));
  return draw.pick([add, sub, mul, min, and, or])(inner("i32"), inner("i32"));
}
