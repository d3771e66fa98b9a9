// The description of a program for people, in chapters: explain() prints all of them, and a page may show one at a time.

/**
 * The chapters: the graph, the kernels, how each is divided, its loops, the work of the threads, the layout of the memory; the module that
 * another compiler gets.
 */
export type ChapterName = "graph" | "kernels" | "functions" | "loops" | "threads" | "memory" | "module";

/** What a chapter says of one kernel, or of several that are alike. */
export interface ChapterPart {
  /** The numbers of the kernels, in the order in which they run. */
  readonly kernels: readonly number[];
  readonly text: string;
}

/** A chapter of explain(). */
export interface Chapter {
  readonly name: ChapterName;
  /** Its subject, in one line. */
  readonly about: string;
  /** Its text, of several lines, with all parts. */
  readonly text: string;
  /** Its parts about kernels: in "kernels" and "functions" each has one, in "loops" those that are alike share one. Others have none. */
  readonly parts: readonly ChapterPart[];
}

/** The text that explain() returns. */
export function printChapters(chapters: readonly Chapter[]): string {
  return chapters.map(({ name, about, text }) => `── The ${name}: ${about}\n${text}`).join("\n\n");
}
