// A chapter of what explain() says of a compiled function.
import type { Chapter, ChapterName } from "chainrule";

/** The text of a chapter; "" if there is none of this name. */
export const chapterOf = (program: { chapters(): readonly Chapter[] }, chapter: ChapterName): string =>
  program.chapters().find(({ name }) => name === chapter)?.text ?? "";
