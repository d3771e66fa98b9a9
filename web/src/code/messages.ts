// The messages between the page and the worker that runs a visitor's program.

export interface ToProgram {
  /** The program as the visitor sees it. */
  readonly text: string;
}

/** One call of console.log and its like; the text may have several lines. */
export interface Output {
  readonly text: string;
  readonly tone: "plain" | "warning";
}

/** Why a program ended early. `line` counts from 1 in the visitor's text; null where the browser tells no line of it. */
export type Failure =
  /** The program does not parse. */
  | { readonly kind: "syntax"; readonly words: string; readonly line: number | null }
  /** It imports something that a page does not have. */
  | { readonly kind: "import"; readonly name: string; readonly line: number }
  /** It imports something whose name is computed. */
  | { readonly kind: "computed import"; readonly line: number }
  /** It threw. */
  | { readonly kind: "error"; readonly words: string; readonly line: number | null };

export type FromProgram =
  | { readonly kind: "ready" }
  | { readonly kind: "output"; readonly output: Output }
  /** So much was printed that the following is kept back; the last of it arrives at the end. */
  | { readonly kind: "full" }
  /** The program has ended, and all its timers. `leftOut` counts the outputs between the first and the last ones. */
  | { readonly kind: "ended"; readonly leftOut: number; readonly last: readonly Output[] }
  | { readonly kind: "failed"; readonly failure: Failure; readonly leftOut: number; readonly last: readonly Output[] };
