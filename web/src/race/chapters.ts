// explain() of a program, taken apart: its chapters begin with a line of ── and a title, which goes on after a colon.

export interface Chapter {
  /** "The graph" */
  readonly name: string;
  /** "what is computed, 61 values" */
  readonly about: string;
  readonly text: string;
}

export function chaptersOf(explained: string): Chapter[] {
  return explained
    .split(/^── /m)
    .slice(1)
    .map((chapter) => {
      const [title, ...lines] = chapter.trimEnd().split("\n");
      const [name, ...about] = title.split(": ");
      return { name, about: about.join(": "), text: lines.join("\n") };
    });
}
