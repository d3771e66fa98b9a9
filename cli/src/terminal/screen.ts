// The output. Without --json, stdout carries text for people. With it, stdout carries one JSON object a line for programs, and the text
// goes to stderr.

import { printable } from "chainrule/node";
import { currentStreams, type Stream, write } from "./output.ts";

export class Screen {
  readonly #json: boolean;
  readonly #stdout: Stream;
  /** The stream for text. */
  readonly words: Stream;

  constructor(json: boolean) {
    this.#json = json;
    const { stdout, stderr } = currentStreams();
    this.#stdout = stdout;
    this.words = json ? stderr : stdout;
  }

  /** Whether the text goes to a terminal that can redraw a line. */
  get redrawn(): boolean {
    return this.words.isTTY === true && process.env.TERM !== "dumb";
  }

  /** Writes lines. Names in them may hold control characters, which a terminal would obey: these are escaped. */
  say(text = ""): void {
    write(this.words, `${printableLines(text)}\n`);
  }

  /** Writes lines with colours, in which names are printable already. */
  draw(text: string): void {
    write(this.words, `${text}\n`);
  }

  event(event: string, fields: Record<string, unknown>): void {
    if (this.#json) write(this.#stdout, `${JSON.stringify({ event, ...fields })}\n`);
  }
}

/** Each line with its control characters escaped. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** The command line that runs chainrule with these arguments, quoted where a shell needs it. */
export function commandLine(words: readonly string[]): string {
  const start = process.env.npm_command === undefined ? "chainrule" : "npx chainrule";
  return [
    start,
    ...words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)),
  ].join(" ");
}
