// Texts that visitors read stand in web/src/texts, in every language: no component has a fixed text or a fixed label of its own.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "svelte/compiler";
import { expect, it } from "vitest";

const source = resolve(import.meta.dirname, "../src");
const labels: readonly string[] = [
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "title",
  "placeholder",
  "alt",
];

/** What is the same in every language: names, the notation of formulas, the words of a quotation. */
const allowed: ReadonlySet<string> = new Set(["chainrule"]);

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly start: number;
  readonly attributes?: readonly Node[];
  readonly value?: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;

/** Texts of a component: text between tags, and literal values of labels. Elements in `lang` have their own language. */
function textsOf(code: string): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value)) return;
    const attributes = value.attributes ?? [];
    if (attributes.some(({ name }) => name === "lang") || value.name === "code" || value.name === "style") return;
    if (value.type === "StyleDirective") return;
    if (value.type === "Text") found.push(value.data ?? "");
    if (value.type === "Attribute" && !labels.includes(value.name ?? "")) return;
    for (const part of Object.values(value)) visit(part);
  };
  visit(parse(code, { modern: true }).fragment);
  return found
    .map((text) => text.trim().replace(/\s+/g, " "))
    .filter((text) => /\p{L}{2}/u.test(text) && !allowed.has(text.replace(/:$/, "")));
}

it("finds a fixed text and a fixed label", () => {
  const code = `<p class="a">Some words {x}</p><button aria-label="Close" title={t}>×</button><p lang="en">A quotation</p>`;
  expect(textsOf(code)).toEqual(["Some words", "Close"]);
});

it("no component has a text of its own", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".svelte"));
  expect(files.length).toBeGreaterThan(40);
  const found = files.flatMap((file) =>
    textsOf(readFileSync(join(source, file), "utf8")).map((text) => `${file}: ${text}`),
  );
  expect(found).toEqual([]);
});
