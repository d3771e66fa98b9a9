// HTML that cannot be broken by what stands in it: html`<td>${name}</td>` escapes every value that is not itself made by html``. Class
// names come from folders on somebody's disk, so that this is where all text passes through. What comes out is also well-formed XML,
// which tests can check strictly.

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Nothing at all: null, undefined and false. */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

/** For what is no text: style sheets. Never for anything that came from outside. */
export const verbatim = (text: string): Markup => new Markup(text);

function render(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(render).join("");
  return escapeText(String(content));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters, halves of surrogate pairs and what Unicode says are no characters are in neither HTML nor XML. */
const impossible = /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function escapeText(text: string): string {
  return text.replace(impossible, "\ufffd").replace(/[&<>"']/g, (character) => entities[character]);
}
