// Builds HTML that no text can break: html`<td>${name}</td>` escapes every value that html`` has not made. All text passes through here,
// since class names come from folders on the user's disk. The result is also well-formed XML, which the tests parse strictly.

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Anything that html`` takes as a value; null, undefined and false give no text. */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

/** Markup that is not escaped, for style sheets. Never use it for input. */
export const verbatim = (text: string): Markup => new Markup(text);

function render(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(render).join("");
  return escapeText(String(content));
}

const entities: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** Characters that neither HTML nor XML allows: control characters, halves of surrogate pairs, and Unicode's noncharacters. */
const impossible = /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function escapeText(text: string): string {
  return text.replace(impossible, "\ufffd").replace(/[&<>"']/g, (character) => entities.get(character) ?? character);
}
