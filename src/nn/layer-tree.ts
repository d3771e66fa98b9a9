// Prints a model: its layers as a tree, the shapes of their parameters, and how many numbers each part learns.
import type { Tensor } from "../tensor/tensor.ts";

/** A module in the form that drawTree takes. */
export interface Branch {
  /** The module itself, by which drawTree recognises a second use of it. */
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

/** The constructor arguments of a layer as text, "784, 128, bias=false"; options that are undefined are left out. */
export function settings(args: readonly unknown[], options: object = {}): string {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return [...args.map(show), ...entries.map(([name, value]) => `${name}=${show(value)}`)].join(", ");
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  const isTiny = typeof value === "number" && value !== 0 && Math.abs(value) < 1e-3;
  return isTiny ? value.toExponential() : String(value);
}

const withCommas = (count: number): string => count.toLocaleString("en-US");

const countText = (count: number, noun: string): string => `${withCommas(count)} ${noun}${count === 1 ? "" : "s"}`;

/** All tensors of one kind in a branch and its parts, each once. */
function tensorsIn(branch: Branch, kind: "parameters" | "buffers"): Set<Tensor> {
  const ownTensors = branch[kind].map(([, tensor]) => tensor);
  return new Set([...ownTensors, ...branch.parts.flatMap(([, part]) => [...tensorsIn(part, kind)])]);
}

const total = (tensors: Iterable<Tensor>): number => [...tensors].reduce((sum, { size }) => sum + size, 0);

/**
 * Draws one line a layer: its name and class, the shapes of its own parameters, and how many numbers it and its parts learn, where
 * shared parameters count once. The line of a layer that is used again names the first use. The last line has the total, and the
 * number of numbers in buffers.
 */
export function drawTree(root: Branch): string {
  const firstPaths = new Map<object, string>();
  const rows: Row[] = [];
  const visit = (branch: Branch, path: string, prefix: string, indent: string): void => {
    const firstPath = firstPaths.get(branch.module);
    if (firstPath !== undefined) {
      rows.push({ layer: prefix + branch.title, shapes: `the same as ${firstPath}`, count: "" });
      return;
    }
    firstPaths.set(branch.module, path);
    const count = total(tensorsIn(branch, "parameters"));
    const shapes = branch.parameters.map(([name, { shape }]) => `${name} [${shape.join(", ")}]`).join(", ");
    rows.push({ layer: prefix + branch.title, shapes, count: count > 0 ? withCommas(count) : "" });
    branch.parts.forEach(([name, part], i) => {
      const isLast = i === branch.parts.length - 1;
      const partPath = path === "" ? name : `${path}.${name}`;
      visit(part, partPath, `${indent}${isLast ? "└─" : "├─"} ${name}: `, `${indent}${isLast ? "  " : "│ "} `);
    });
  };
  visit(root, "", "", "");
  const width = (column: keyof Row) => Math.max(...rows.map((row) => row[column].length));
  const [layers, shapes, counts] = [width("layer"), width("shapes"), width("count")];
  const lines = rows.map(({ layer, shapes: shape, count }) =>
    `${layer.padEnd(layers)}  ${shape.padEnd(shapes)}  ${count.padStart(counts)}`.trimEnd(),
  );
  const bufferCount = total(tensorsIn(root, "buffers"));
  const buffers = bufferCount > 0 ? `, and ${countText(bufferCount, "number")} in buffers` : "";
  return [...lines, countText(total(tensorsIn(root, "parameters")), "parameter") + buffers].join("\n");
}
