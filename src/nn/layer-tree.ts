// A model in words: its layers as a tree, the shapes of their parameters, and how many numbers each part learns.
import type { Tensor } from "../tensor/tensor.ts";

/** A module as it is drawn. */
export interface Branch {
  /** The module itself, to be recognised where it is used twice. */
  readonly module: object;
  /** Its class and its settings. */
  readonly title: string;
  readonly parameters: readonly (readonly [name: string, tensor: Tensor])[];
  readonly buffers: readonly (readonly [name: string, tensor: Tensor])[];
  readonly parts: readonly (readonly [name: string, branch: Branch])[];
}

interface Row {
  readonly layer: string;
  readonly shapes: string;
  readonly count: string;
}

/** "784, 128, bias=false": what a layer was made with; options that are undefined are left out. */
export function settings(args: readonly unknown[], options: object = {}): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return [...args.map(show), ...given.map(([name, value]) => `${name}=${show(value)}`)].join(", ");
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  const tiny = typeof value === "number" && value !== 0 && Math.abs(value) < 1e-3;
  return tiny ? value.toExponential() : String(value);
}

const grouped = (count: number): string => count.toLocaleString("en-US");

const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;

/** All tensors of one kind below a branch, each once. */
function below(branch: Branch, kind: "parameters" | "buffers"): Set<Tensor> {
  const own = branch[kind].map(([, tensor]) => tensor);
  return new Set([...own, ...branch.parts.flatMap(([, part]) => [...below(part, kind)])]);
}

const total = (tensors: Iterable<Tensor>): number => [...tensors].reduce((sum, { size }) => sum + size, 0);

/**
 * One line a layer: where it stands and what it is, the shapes of its own parameters, and how many numbers it and its parts
 * learn, shared ones once. A layer that is used again says which it is. The last line sums up, buffers apart.
 */
export function drawTree(root: Branch): string {
  const places = new Map<object, string>();
  const rows: Row[] = [];
  const visit = (branch: Branch, path: string, lead: string, indent: string): void => {
    const before = places.get(branch.module);
    if (before !== undefined) {
      rows.push({ layer: lead + branch.title, shapes: `the same as ${before}`, count: "" });
      return;
    }
    places.set(branch.module, path);
    const count = total(below(branch, "parameters"));
    const shapes = branch.parameters.map(([name, { shape }]) => `${name} [${shape.join(", ")}]`).join(", ");
    rows.push({ layer: lead + branch.title, shapes, count: count > 0 ? grouped(count) : "" });
    branch.parts.forEach(([name, part], i) => {
      const last = i === branch.parts.length - 1;
      const inside = path === "" ? name : `${path}.${name}`;
      visit(part, inside, `${indent}${last ? "└─" : "├─"} ${name}: `, `${indent}${last ? "  " : "│ "} `);
    });
  };
  visit(root, "", "", "");
  const width = (column: keyof Row) => Math.max(...rows.map((row) => row[column].length));
  const [layers, shapes, counts] = [width("layer"), width("shapes"), width("count")];
  const lines = rows.map(({ layer, shapes: shape, count }) =>
    `${layer.padEnd(layers)}  ${shape.padEnd(shapes)}  ${count.padStart(counts)}`.trimEnd(),
  );
  const buffered = total(below(root, "buffers"));
  const buffers = buffered > 0 ? `, and ${counted(buffered, "number")} in buffers` : "";
  return [...lines, counted(total(below(root, "parameters")), "parameter") + buffers].join("\n");
}
