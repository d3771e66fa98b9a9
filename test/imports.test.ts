// The map of the house, held to: imports run one way, nothing imports in a circle, and the library depends on nothing.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** For each folder below src, the folders that it may import from, itself aside. */
const arrows: Record<string, readonly string[]> = {
  scalar: [],
  errors: [],
  tensor: ["errors"],
  nn: ["errors", "tensor"],
  optim: ["errors", "tensor"],
  data: ["errors", "tensor"],
  io: ["errors", "tensor"],
  distributions: ["errors", "tensor"],
  compiler: ["errors", "tensor"],
  loops: ["errors"],
  schedule: ["errors", "tensor", "compiler", "loops"],
  backends: ["errors", "tensor", "compiler", "schedule", "loops"],
  model: ["errors", "tensor", "nn", "data", "io"],
  // fit opens the GPU
  train: ["errors", "tensor", "compiler", "backends", "nn", "optim", "data", "io"],
  node: ["errors", "tensor", "data", "io"],
  // index.ts itself, the public API
  ".": ["errors", "tensor", "nn", "optim", "compiler", "backends"],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(folder: string): Import[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.(ts|js|svelte)$/.test(file),
  );
  return files.flatMap((file) => {
    const from = join(folder, file);
    const text = readFileSync(join(root, from), "utf8");
    const statements = text.matchAll(
      /^\s*(?:import\b(?<what>[^;"']*)|export\b(?<shared>[^;"']*)\bfrom\s*)["'](?<to>[^"']+)["'];/gm,
    );
    const dynamic = text.matchAll(/\bimport\((?<what>)["'](?<to>[^"']+)["']\)/g);
    return [...statements, ...dynamic].map(({ groups }): Import => {
      const to = groups?.to ?? "";
      const typeOnly = /^\s*type\b/.test(groups?.what ?? groups?.shared ?? "");
      return { from, to: to.startsWith(".") ? relative(root, resolve(root, dirname(from), to)) : to, typeOnly };
    });
  });
}

const library = importsOf("src");
const folderOf = (file: string) => relative("src", file).split("/").slice(0, -1)[0] ?? ".";
const show = ({ from, to }: Import) => `${from} -> ${to}`;

it("imports between the library's folders run one way", () => {
  const inside = library.filter(({ to }) => to.startsWith("src/"));
  expect(inside.length).toBeGreaterThan(100);
  const wrong = inside.filter(
    ({ from, to }) => folderOf(from) !== folderOf(to) && !arrows[folderOf(from)]?.includes(folderOf(to)),
  );
  expect(wrong.map(show)).toEqual([]);
});

it("only src/node knows Node, and the library has no dependency but its optional peers there", () => {
  const outside = library.filter(({ to }) => !to.startsWith("src/"));
  expect(outside.filter(({ from }) => !from.startsWith("src/node/")).map(show)).toEqual([]);
  const { peerDependencies, dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(dependencies).toBeUndefined();
  const allowed = Object.keys(peerDependencies);
  expect(outside.filter(({ to }) => !to.startsWith("node:") && !allowed.includes(to)).map(show)).toEqual([]);
});

/**
 * The packages beside the library, which of its parts each may use (chainrule/compiler is for other formats), and which of its neighbours, by
 * their names as packages: the command line and the page begin with a pretrained net, and export models as ONNX files.
 */
const packages: Record<string, { readonly parts: readonly string[]; readonly neighbours: readonly string[] }> = {
  cli: {
    parts: ["scalar", "data", "io", "model", "train", "node"],
    neighbours: ["chainrule-backbone", "chainrule-onnx", "chainrule-xla"],
  },
  onnx: { parts: ["compiler", "model"], neighbours: [] },
  xla: { parts: ["compiler"], neighbours: [] },
  web: {
    parts: ["scalar", "data", "distributions", "io", "model", "train"],
    neighbours: ["chainrule-backbone", "chainrule-onnx"],
  },
};

/** Sources that are not in src/: the demo's build, and what the command line's pages run in the browser. */
const beside: Record<string, readonly string[]> = { web: ["build"], cli: ["browser"] };

it.each(Object.entries(packages))(
  "%s uses the library and its neighbours by their public names",
  (name, { parts, neighbours }) => {
    const imports = ["src", ...(beside[name] ?? [])].flatMap((folder) => importsOf(`${name}/${folder}`));
    expect(imports.some(({ to }) => to === "chainrule" || to.startsWith("chainrule/"))).toBe(true);
    const fine = ({ to }: Import): boolean => {
      const [first, ...rest] = to.split("/");
      if (first.startsWith("chainrule-")) return rest.length === 0 && neighbours.includes(first);
      if (first === "chainrule") return rest.length === 0 || parts.includes(rest.join("/"));
      // A path within the repository stays in its package.
      return !["..", "src", "test", "bench", ...Object.keys(packages)].includes(first) || to.startsWith(`${name}/`);
    };
    expect(imports.filter((one) => !fine(one)).map(show)).toEqual([]);
  },
);

it("a package's parts are those that package.json exports, and tests find the same in src/", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const exported = Object.keys(exports).flatMap((path) => (/^\.\/\w+$/.test(path) ? [path.slice(2)] : []));
  const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
  const typed = Object.keys(compilerOptions.paths).flatMap((path) => path.match(/^chainrule\/(.*)$/)?.[1] ?? []);
  const { entryPoints } = JSON.parse(readFileSync(join(root, "docs/typedoc.json"), "utf8"));
  const told = entryPoints.flatMap((path: string) => path.match(/^\.\.\/src\/(.*)\/index\.ts$/)?.[1] ?? []);
  expect(typed.sort()).toEqual(exported.sort());
  expect([...told, "compiler"].sort()).toEqual(exported.sort());
});

it("what benches take from within the library is there: no compiler looks at their imports", async () => {
  const taken = readdirSync(join(root, "bench"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js") && !file.includes("node_modules"))
    .flatMap((file) => {
      const text = readFileSync(join(root, "bench", file), "utf8");
      const imports = text.matchAll(/\{([^}]*)\} (?:from |= await import\()\s*"(?:\.\.\/)+(?:src|dist)\/(.*)\.[jt]s"/g);
      return [...imports].flatMap(([, names, path]) =>
        names.split(",").map((name) => ({ file, name: name.trim(), path })),
      );
    });
  expect(taken.length).toBeGreaterThan(15);
  const modules = new Map<string, object>();
  for (const path of new Set(taken.map(({ path }) => path)))
    modules.set(path, await import(/* @vite-ignore */ join(root, "src", `${path}.ts`)));
  const missing = taken.filter(
    ({ name, path }) => name !== "" && !(name.split(" as ")[0] in (modules.get(path) ?? {})),
  );
  expect(missing).toEqual([]);
});

/**
 * Folders side by side that import each other, and the lines that point the way with fewer of them. A file in the folder around two others
 * may use both and serve both.
 */
function pairsIn(imports: readonly Import[]): string[] {
  const arrowsBetween = new Map<string, string[]>();
  for (const one of imports) {
    const [from, to] = [dirname(one.from).split("/"), dirname(one.to).split("/")];
    const apart = from.findIndex((name, level) => name !== to[level]);
    if (apart < 0 || apart >= to.length) continue;
    const arrow = [from, to].map((path) => path.slice(0, apart + 1).join("/")).join(" -> ");
    arrowsBetween.set(arrow, [...(arrowsBetween.get(arrow) ?? []), show(one)]);
  }
  return [...arrowsBetween].flatMap(([arrow, lines]) => {
    const back = arrowsBetween.get(arrow.split(" -> ").reverse().join(" -> ")) ?? [];
    return lines.length < back.length || (lines.length === back.length && arrow < back[0]) ? lines : [];
  });
}

/** The plan of a convolution chooses between its ways, which know its shapes. */
const choosers = ["src/schedule/products/convolution/plan.ts", "src/schedule/products/convolution/build.ts"];

it.each(["src", "web/src", "onnx/src", "xla/src"])(
  "no two folders of %s that stand side by side import each other",
  (folder) => {
    const inside = importsOf(folder).filter(({ from, to }) => to.startsWith(`${folder}/`) && !choosers.includes(from));
    expect(inside.length).toBeGreaterThan(20);
    expect(pairsIn(inside)).toEqual([]);
  },
);

it("a pair of folders is found, whatever stands between", () => {
  const line = (from: string, to: string): Import => ({ from, to, typeOnly: false });
  const around = [line("a/b/x.ts", "a/y.ts"), line("a/y.ts", "a/b/x.ts"), line("a/y.ts", "a/c/z.ts")];
  expect(pairsIn(around)).toEqual([]);
  const pair = [line("a/b/x.ts", "a/c/d/z.ts"), line("a/c/w.ts", "a/b/x.ts"), line("a/c/d/z.ts", "a/b/e/v.ts")];
  expect(pairsIn([...around, ...pair])).toEqual(["a/b/x.ts -> a/c/d/z.ts"]);
});

it("no file imports itself by way of others (imports of types alone do not count: they are gone when it runs)", () => {
  const edges = new Map<string, string[]>();
  for (const { from, to, typeOnly } of library) if (!typeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    else if (!done.has(file)) {
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    }
  };
  for (const file of edges.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});
