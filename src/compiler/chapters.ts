// What a program is, for people: explain() prints its chapters one after the other, and a page shows one at a time.

/** A part of what is told of a program: the values that it computes, its loops, how they are cut up, who runs them, where numbers lie. */
export type ChapterName = "graph" | "kernels" | "functions" | "threads" | "memory";

/** A chapter of explain(). */
export interface Chapter {
  readonly name: ChapterName;
  /** What it is about, in a line. */
  readonly about: string;
  /** Its lines. */
  readonly text: string;
}

/** As explain() prints them. */
export function printChapters(chapters: readonly Chapter[]): string {
  return chapters.map(({ name, about, text }) => `── The ${name}: ${about}\n${text}`).join("\n\n");
}
