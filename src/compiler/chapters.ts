// The description of a program for people, in chapters: explain() prints all of them, and a page may show one at a time.

/** The chapters: the graph, the kernels, their functions in WebAssembly, the work of the threads, the layout of the memory. */
export type ChapterName = "graph" | "kernels" | "functions" | "threads" | "memory";

/** A chapter of explain(). */
export interface Chapter {
  readonly name: ChapterName;
  /** Its subject, in one line. */
  readonly about: string;
  /** Its text, of several lines. */
  readonly text: string;
}

/** The text that explain() returns. */
export function printChapters(chapters: readonly Chapter[]): string {
  return chapters.map(({ name, about, text }) => `── The ${name}: ${about}\n${text}`).join("\n\n");
}
