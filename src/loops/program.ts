// The third intermediate representation: loop programs. A kernel says what is computed at each point of an index space; a routine says in
// which loops, with which variables, and in which order memory is read and written. Routines are plain data without any machine's
// instructions: text.ts prints them, verify.ts checks them, interpret.ts defines what they mean, and each backend writes them in its own
// language.
import type { Operation } from "./operations.ts";

/** The type of a value: integers of 32 bits, which wrap around, and floating-point numbers. A condition is an i32 that is 0 or 1. */
export type Type = "i32" | "f32" | "f64";

/** The type of an element in memory. Loads of u8 give an i32 from 0 to 255, and stores keep the lowest eight bits. */
export type Element = Type | "u8";

/** Memory that a routine reads or writes by index: a buffer of the program, or scratch memory of the call. */
export interface Memory {
  readonly name: string;
  readonly element: Element;
}

/** A name for a value: a parameter of the routine, the index of a loop, or what `let` declares. Its identity counts, not its name. */
export interface Variable {
  readonly kind: "variable";
  readonly name: string;
  readonly type: Type;
}

export type Expression =
  | Variable
  | { readonly kind: "number"; readonly type: Type; readonly value: number }
  /** An entry of operations.ts; `type` is the type of the result. */
  | {
      readonly kind: "operation";
      readonly operation: Operation;
      readonly type: Type;
      readonly operands: readonly Expression[];
    }
  /** The element at `index`, counted in elements. */
  | { readonly kind: "load"; readonly memory: Memory; readonly index: Expression; readonly type: Type };

export type Statement =
  /** Declares a variable, which exists until the end of the statements that the declaration is in. */
  | { readonly kind: "let"; readonly variable: Variable; readonly value: Expression }
  /** Gives a declared variable another value. */
  | { readonly kind: "set"; readonly variable: Variable; readonly value: Expression }
  | { readonly kind: "store"; readonly memory: Memory; readonly index: Expression; readonly value: Expression }
  /** for (index = from; index < to; index += step): `to` is computed before each iteration, and the body does not set the index. */
  | {
      readonly kind: "for";
      readonly index: Variable;
      readonly from: Expression;
      readonly to: Expression;
      /** At least 1. */
      readonly step: number;
      readonly body: readonly Statement[];
    }
  /** Repeats its body until a break. */
  | { readonly kind: "loop"; readonly body: readonly Statement[] }
  /** Leaves the innermost loop, "for" or "loop", if the condition holds. */
  | { readonly kind: "break"; readonly when: Expression }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    };

/** A function without a result: what it computes is in memory afterwards. */
export interface Routine {
  readonly name: string;
  readonly memories: readonly Memory[];
  readonly parameters: readonly Variable[];
  readonly body: readonly Statement[];
}

/** The type of a value that is loaded from, or stored to, memory with these elements. */
export const typeOf = (element: Element): Type => (element === "u8" ? "i32" : element);
