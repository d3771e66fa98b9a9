// The third intermediate representation: loop programs. A kernel says what is computed at each point of an index space; a routine says in
// which loops, with which variables, and in which order memory is read and written. Routines are plain data without any machine's
// instructions: text.ts prints them, verify.ts checks them, interpret.ts defines what they mean, and each backend writes them in its own
// language.
import type { LanewiseName } from "./operations.ts";
import type { LaneValue, Type } from "./types.ts";

/** The type of an element in memory. Loads of u8 give an i32 from 0 to 255, and stores keep the lowest eight bits. */
export type Element = "i32" | "f32" | "f64" | "u8";

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

/** Variables that stay in registers, told apart by numbers: acc[3][1]. Where they are used, these numbers are known when code is written. */
export interface Registers {
  readonly name: string;
  readonly type: Type;
  readonly sizes: readonly number[];
}

export type Expression =
  | Variable
  /** One of some registers. */
  | {
      readonly kind: "register";
      readonly type: Type;
      readonly registers: Registers;
      readonly indices: readonly Expression[];
    }
  /** The number at an index that is known when code is written. */
  | { readonly kind: "entry"; readonly type: "i32"; readonly values: readonly number[]; readonly index: Expression }
  /** One value in all lanes, or a value for each lane. */
  | { readonly kind: "number"; readonly type: Type; readonly values: readonly LaneValue[] }
  /** Lane by lane: an entry of operations.ts. */
  | {
      readonly kind: "operation";
      readonly operation: LanewiseName;
      readonly type: Type;
      readonly operands: readonly Expression[];
    }
  /** whenTrue where the condition holds (of a vector: its bits where the mask has a 1), whenFalse elsewhere. */
  | {
      readonly kind: "select";
      readonly type: Type;
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  /** A number in all lanes of a vector. */
  | { readonly kind: "splat"; readonly type: Type; readonly value: Expression }
  | { readonly kind: "lane"; readonly type: Type; readonly vector: Expression; readonly lane: number }
  /** The vector with another value in one lane. */
  | {
      readonly kind: "withLane";
      readonly type: Type;
      readonly vector: Expression;
      readonly lane: number;
      readonly value: Expression;
    }
  /** Four words of 32 bits: 0 to 3 are those of a, 4 to 7 those of b. Words of i64 and f64 stay together in pairs. */
  | {
      readonly kind: "shuffle";
      readonly type: Type;
      readonly a: Expression;
      readonly b: Expression;
      readonly words: readonly number[];
    }
  /** The same bits as a value of another type of the same size. */
  | { readonly kind: "bits"; readonly type: Type; readonly value: Expression }
  /** Lanes 0 and 1 of an f32x4 as f64x2. */
  | { readonly kind: "promoteLow"; readonly type: "f64x2"; readonly value: Expression }
  /** The lanes of an f64x2, rounded, in lanes 0 and 1; the others are 0. */
  | { readonly kind: "demoteLow"; readonly type: "f32x4"; readonly value: Expression }
  /** Whether any bit of a vector is 1. */
  | { readonly kind: "any"; readonly type: "i32"; readonly value: Expression }
  /** The result of a function outside of the program, by its name. */
  | { readonly kind: "call"; readonly type: Type; readonly callee: string; readonly operands: readonly Expression[] }
  /** Bit i is 1 where all bits of lane i of a mask are. */
  | { readonly kind: "bitmask"; readonly type: "i32"; readonly value: Expression }
  /** An element, or as many neighbours as the type has lanes. Those past the end of the memory are undefined. */
  | { readonly kind: "load"; readonly type: Type; readonly place: Place };

/**
 * The element at `index`, counted in elements from the start of the memory, or from where the pointer points. Builders count from the
 * start; pointers.ts makes pointers.
 */
export interface Place {
  readonly memory: Memory;
  readonly pointer: Variable | null;
  readonly index: Expression;
}

export type Statement =
  /** Declares a variable, which exists until the end of the statements that the declaration is in. */
  | { readonly kind: "let"; readonly variable: Variable; readonly value: Expression }
  /** Gives a declared variable another value. */
  | { readonly kind: "set"; readonly variable: Variable; readonly value: Expression }
  /** Declares registers; all have the value, or none before they are assigned. */
  | { readonly kind: "registers"; readonly registers: Registers; readonly value: Expression | null }
  /** Gives one of some registers a value. */
  | {
      readonly kind: "assign";
      readonly registers: Registers;
      readonly indices: readonly Expression[];
      readonly value: Expression;
    }
  /** Stores a value, or the first lanes of a vector. */
  | { readonly kind: "store"; readonly place: Place; readonly value: Expression; readonly lanes: number }
  /** Declares a pointer to a place. */
  | { readonly kind: "point"; readonly pointer: Variable; readonly place: Place }
  /** Moves a pointer by a number of elements. */
  | { readonly kind: "move"; readonly pointer: Variable; readonly memory: Memory; readonly by: number }
  /** Calls a function; the addresses of the memories are its first operands, and its result, if it has one, is declared. */
  | {
      readonly kind: "call";
      readonly callee: string;
      readonly memories: readonly Memory[];
      readonly operands: readonly Expression[];
      readonly result: Variable | null;
    }
  /** for (index = from; index < to; index += step): `to` is computed before each iteration, and the body does not set the index. */
  | {
      readonly kind: "for";
      readonly index: Variable;
      readonly from: Expression;
      readonly to: Expression;
      /** At least 1. */
      readonly step: number;
      readonly unroll: Unroll;
      readonly body: readonly Statement[];
    }
  /** Repeats its body until a break. */
  | { readonly kind: "loop"; readonly body: readonly Statement[] }
  /** Leaves the innermost loop, "for" or "loop", if the condition holds. */
  | { readonly kind: "break"; readonly when: Expression }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly whenTrue: readonly Statement[];
      readonly whenFalse: readonly Statement[];
    }
  /** Declares memory that the threads of a workgroup share; its contents are undefined at first. */
  | { readonly kind: "shared"; readonly memory: Memory; readonly length: number }
  /** Declares memory that the thread alone has, for what it finds by an index; its contents are undefined at first. */
  | { readonly kind: "own"; readonly memory: Memory; readonly length: number }
  /** Waits for all threads of the workgroup: what they have stored before it is loaded after it. */
  | { readonly kind: "barrier" }
  /** Does nothing: an engine should not move what is before it behind it, and the other way round. It names what is loaded next. */
  | { readonly kind: "fence"; readonly place: Place }
  /**
   * A part that becomes a function of its own (functions.ts): it sets no variable from outside, and may declare one that keeps the value
   * of one of its own.
   */
  | {
      readonly kind: "outline";
      readonly name: string;
      readonly body: readonly Statement[];
      readonly result: { readonly variable: Variable; readonly own: Variable } | null;
    };

/**
 * How a loop is written: as a loop; `copies` times for each iteration, and the remaining iterations after it (split.ts); or once for each
 * iteration, without a loop. Then its index is part of the offsets of memory instructions, or the pointers move from copy to copy.
 */
export type Unroll =
  | { readonly kind: "loop" }
  | { readonly kind: "copies"; readonly copies: number; readonly moves: boolean }
  | { readonly kind: "all"; readonly moves: boolean };

/**
 * A function: what it computes is in memory afterwards. One that a GPU runs in workgroups has six parameters: the place of its workgroup
 * along x, y and z, then the thread's place in the workgroup along the same (workgroups.ts).
 */
export interface Routine {
  readonly name: string;
  readonly memories: readonly Memory[];
  readonly parameters: readonly Variable[];
  readonly body: readonly Statement[];
  /** The variable of the body whose last value is the result; a routine has none unless it is part of another one. */
  readonly result?: Variable;
}

/** The type of a value that is loaded from, or stored to, memory with these elements. */
export const typeOf = (element: Element): Type => (element === "u8" ? "i32" : element);
