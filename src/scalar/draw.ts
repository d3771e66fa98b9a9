// A picture of how a number came about: the graph under a Value in DOT, the language of Graphviz, which lays it out.
// Values are records (label, data, grad), operations are circles between them, as in micrograd's lecture; leaves are
// coloured by what they stand for. A label may be any text at all and has to arrive in the picture as it is written.
import { checkOptions } from "./options.ts";
import { type Value, valuesUnder } from "./value.ts";

const fills: Readonly<Record<Value["kind"], string>> = {
  data: "#d7e8fa",
  weight: "#fbe3c0",
  bias: "#e3f1d3",
  result: "#ffffff",
};

/** The graph under root as Graphviz DOT: one record per value (label, data, grad), one circle per operation. */
export function toDot(root: Value, options: { rankdir?: "LR" | "TB" | undefined } = {}): string {
  checkOptions("toDot", options, ["rankdir"]);
  const { rankdir = "LR" } = options;
  // A record's fields run across the direction of the graph; braces turn them, so that they lie side by side.
  const [open, close] = rankdir === "LR" ? ["{", "}"] : ["", ""];
  const values = valuesUnder(root);
  const names = new Map(values.map((value, i) => [value, `v${i}`]));
  const lines = values.flatMap((value) => {
    const name = names.get(value);
    const fields = [`data ${format(value.data)}`, `grad ${format(value.grad)}`];
    if (value.label !== "") fields.unshift(escapeRecord(value.label));
    const record = `  ${name} [label="${open}${fields.join("|")}${close}", fillcolor="${fills[value.kind]}"]`;
    if (value.op === "") return [record];
    return [
      record,
      `  ${name}op [label="${value.op}", shape=circle, fillcolor="#eeeeee"]`,
      ...value.inputs.map((input) => `  ${names.get(input)} -> ${name}op`),
      `  ${name}op -> ${name}`,
    ];
  });
  return [
    "digraph {",
    `  rankdir=${rankdir}`,
    '  node [shape=record, style=filled, fontname="Helvetica", fontsize=11]',
    ...lines,
    "}",
    "",
  ].join("\n");
}

/** Four decimals, or a power of ten for very small and very large numbers. */
function format(x: number): string {
  const size = Math.abs(x);
  return x === 0 || (size >= 1e-3 && size < 1e7) || !Number.isFinite(x) ? x.toFixed(4) : x.toExponential(3);
}

/**
 * Text for a quoted record label, which is read three times: as a DOT string (" and \ mean something), as a record
 * ({ | } < >; spaces at the ends and in runs are lost, tabs always), and as a label (\N, \n, entities such as &amp;).
 * What XML cannot hold at all, control characters and halves of surrogate pairs, becomes U+FFFD, so that the SVG stays
 * readable too.
 */
function escapeRecord(text: string): string {
  return text
    .replace(/\p{Surrogate}|\p{Noncharacter_Code_Point}|(?![\t\n\r])\p{Control}/gu, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/[\\"{}|<>]/g, "\\$&")
    .replace(/\t/g, " ")
    .replace(/^ | $|(?<= ) /g, "\u00a0")
    .replace(/\r\n|\r|\n/g, "\\n");
}
