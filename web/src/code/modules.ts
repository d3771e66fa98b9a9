// What a program can import in the page: the library's entry points that need no files, whole, under the names that they have in Node.
// An entry point gets an address by a small module of its own that exports the same values.

type Namespace = Readonly<Record<string, unknown>>;

const entryPoints: ReadonlyMap<string, () => Promise<Namespace>> = new Map<string, () => Promise<Namespace>>([
  ["chainrule", () => import("chainrule")],
  ["chainrule/scalar", () => import("chainrule/scalar")],
  ["chainrule/data", () => import("chainrule/data")],
  ["chainrule/model", () => import("chainrule/model")],
  ["chainrule/train", () => import("chainrule/train")],
  ["chainrule/io", () => import("chainrule/io")],
  ["chainrule/distributions", () => import("chainrule/distributions")],
]);

export const canImport = (name: string): boolean => entryPoints.has(name);

const key = "chainrule entry points";
const loaded = new Map<string, Namespace>();

/** The address of a module that exports what the entry point exports. */
export async function addressOf(name: string): Promise<string> {
  const load = entryPoints.get(name);
  if (load === undefined) throw new Error(`internal: there is no entry point ${name}`);
  const namespace = await load();
  // The build shortens the names of functions and classes; what is printed of their instances has the names that users know.
  for (const [exported, value] of Object.entries(namespace))
    if (typeof value === "function" && value.name !== exported)
      Object.defineProperty(value, "name", { value: exported, configurable: true });
  loaded.set(name, namespace);
  Reflect.set(globalThis, Symbol.for(key), loaded);
  return URL.createObjectURL(new Blob([moduleOf(name, namespace)], { type: "text/javascript" }));
}

function moduleOf(name: string, namespace: Namespace): string {
  const lines = Object.keys(namespace).map((exported, i) => {
    const text = JSON.stringify(exported);
    return `const value${i} = all[${text}]; export { value${i} as ${exported} };`;
  });
  return [`const all = globalThis[Symbol.for("${key}")].get(${JSON.stringify(name)});`, ...lines].join("\n");
}
