// Graphviz itself is the judge: as WebAssembly always, as the program `dot` too where there is one. "It arrives" means
// that the text in the SVG is, letter for letter, the label that the Value has.
import { spawnSync } from "node:child_process";
import { instance } from "@viz-js/viz";
import { MLP, toDot, Value } from "chainrule/scalar";
import { describe, expect, test } from "vitest";

const viz = await instance();
const renderers: [name: string, render: (dot: string) => string][] = [
  ["viz.js", (dot) => viz.renderString(dot, { format: "svg" })],
];
if (spawnSync("dot", ["-V"]).status === 0)
  renderers.push([
    "dot",
    (dot) => {
      const { status, stdout, stderr } = spawnSync("dot", ["-Tsvg"], { input: dot, encoding: "utf8" });
      expect(stderr.replace(/.*(Pango|fontconfig|font).*\n/gi, "")).toBe("");
      expect(status).toBe(0);
      return stdout;
    },
  ]);

/** The lines of text in a picture, as a reader sees them. */
function texts(svg: string): string[] {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/gsu)].map(([, text]) =>
    text
      .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, code) => String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)))
      .replace(/&(amp|lt|gt|quot);/g, (_, name) => entities[name])
      .replaceAll("\u00a0", " "),
  );
}

describe.each(renderers)("drawn by %s", (_, render) => {
  test("a value is a record of label, data and grad, an operation a circle", () => {
    const [a, b] = [new Value(2, { label: "a" }), new Value(-3, { label: "b", kind: "weight" })];
    const c = a.mul(b);
    c.label = "c";
    c.backward();
    const svg = render(toDot(c));
    const expected = ["a", "b", "c", "data 2.0000", "data -3.0000", "data -6.0000"];
    expect(texts(svg).sort()).toEqual([...expected, "grad -3.0000", "grad 2.0000", "grad 1.0000", "*"].sort());
    expect(svg.match(/<ellipse/g)).toHaveLength(1);
  });

  test.each([
    'say "hi"',
    "C:\\new\\table\\",
    "\\N \\G \\L \\n \\l",
    "{a | b} <port> }{",
    "<b>bold</b> <TABLE>",
    "x &amp; y &lt; z & w",
    "//no /* comment */ # here",
    "α→β ∂L/∂x 神经 🧠",
    "'; digraph { ] } -> [",
    '%s %d \\\\" \\',
    "a\tb",
    "  two  spaces  ",
    " α β",
    " ",
    "-",
  ])("the label %j arrives", (label) => {
    const x = new Value(1, { label });
    for (const rankdir of ["LR", "TB"] as const) {
      const drawn = texts(render(toDot(x.add(x), { rankdir })));
      expect(drawn).toContain(label.replace("\t", " "));
      expect(drawn).toHaveLength(6);
    }
  });

  test("a label of several lines is drawn on several lines", () => {
    const drawn = texts(render(toDot(new Value(1, { label: "one\ntwo\r\nthree\rfour" }))));
    expect(drawn).toEqual(["one", "two", "three", "four", "data 1.0000", "grad 0.0000"]);
  });

  test("what XML cannot hold is drawn as U+FFFD", () => {
    const drawn = texts(render(toDot(new Value(1, { label: "a\0b\u0007c\ud800d\uffffe" }))));
    expect(drawn).toContain("a\ufffdb\ufffdc\ufffdd\ufffde");
  });

  test("every graph is valid: a leaf, numbers beyond range, a net", () => {
    expect(texts(render(toDot(new Value(1))))).toEqual(["data 1.0000", "grad 0.0000"]);
    const odd = new Value(-1).log().add(new Value(0).log()).mul(1e-9).add(1e30);
    expect(texts(render(toDot(odd)))).toEqual(
      expect.arrayContaining(["data NaN", "data -Infinity", "data 1.000e-9", "data 1.000e+30"]),
    );
    expect(render(toDot(new MLP(2, [3, 1]).forward([1, 2])[0], { rankdir: "TB" }))).toContain("</svg>");
  });
});

describe("toDot", () => {
  test("draws a value once, however often it is used, and an edge for every use", () => {
    const a = new Value(3);
    const b = a.add(a);
    const dot = toDot(b.mul(b));
    expect(dot.match(/data /g)).toHaveLength(3);
    expect(dot.match(/shape=circle/g)).toHaveLength(2);
    expect(dot.match(/->/g)).toHaveLength(2 * 2 + 2);
    expect(new Set(dot.match(/.*->.*/g))).toHaveProperty("size", 4);
  });

  test("colours leaves by what they stand for", () => {
    const kinds = [new Value(1), new Value(1, { kind: "weight" }), new Value(1, { kind: "bias" }), new Value(1).neg()];
    const fills = kinds.map((value) => /v0 .*fillcolor="(#\w+)"/.exec(toDot(value))?.[1]);
    expect(fills).not.toContain(undefined);
    expect(new Set(fills).size).toBe(4);
  });

  test("runs left to right, or top to bottom when asked", () => {
    expect(toDot(new Value(1))).toContain("rankdir=LR");
    expect(toDot(new Value(1), { rankdir: "TB" })).toContain("rankdir=TB");
  });

  test("draws a chain of a hundred thousand values", () => {
    let y = new Value(0);
    for (let i = 0; i < 50_000; i++) y = y.add(1);
    expect(toDot(y).match(/->/g)).toHaveLength(3 * 50_000);
  });
});
