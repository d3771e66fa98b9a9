// What is published is whole: each package has a README, whatever a page of it links to is in the same tarball, and every entry has its
// files, for `import`, for `require` and for TypeScript.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly workspaces?: readonly string[];
  readonly main?: string;
  readonly types?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly typesVersions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}
const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

const published = [".", ...(manifestOf(".").workspaces ?? [])].filter((folder) => !manifestOf(folder).private);

/** The paths in the tarball of each package, by its name: npm starts once for all. The CommonJS form is only made when a package is packed. */
function packed(folders: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const places = folders.map((folder) => `./${folder}`);
  const args = ["pack", ...places, "--dry-run", "--json", "--ignore-scripts", "--offline"];
  const { stdout, stderr } = spawnSync("npm", args, {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const told: { readonly name: string; readonly files: readonly { readonly path: string }[] }[] = Object.values(
    JSON.parse(stdout || stderr),
  );
  return new Map(told.map(({ name, files }) => [name, new Set(files.map(({ path }) => path))]));
}

const filesOf = packed(published);

/** Where the links and pictures of a page lead, without those to the outside and to places in the page itself. */
function linksOf(page: string): readonly string[] {
  const text = page.replace(/^```.*?^```/gms, "").replace(/`[^`\n]*`/g, "");
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)|(?:href|src)="([^"]+)"/gm)];
  return targets
    .map(([, inline, reference, attribute]) => inline ?? reference ?? attribute)
    .filter((to) => !/^(https?:|mailto:|#)/.test(to));
}

test("links are found in each of their forms", () => {
  const page =
    '[a](a.md), ![b](b.png) and [`c`](c/d.md#e) `[no](code)`\n[r]: r.md\n<img src="i.svg">\n[out](https://example.org)\n```\n[no](no.md)\n```\n';
  expect(linksOf(page)).toEqual(["a.md", "b.png", "c/d.md#e", "r.md", "i.svg"]);
});

describe.each(published)("the package in %s", (folder) => {
  const manifest = manifestOf(folder);
  const files = filesOf.get(manifest.name) ?? new Set<string>();

  test("has a README, which says how it is installed", () => {
    expect(files).toContain("README.md");
    expect(readFileSync(join(root, folder, "README.md"), "utf8")).toMatch(
      new RegExp(`npm install.* ${manifest.name}\\b`),
    );
  });

  test("whatever its pages link to is in it", () => {
    const pages = [...files].filter((path) => path.endsWith(".md"));
    const missing = pages.flatMap((page) =>
      linksOf(readFileSync(join(root, folder, page), "utf8"))
        .map((to) => posix.join(dirname(page), to.replace(/#.*/, "")))
        .filter((path) => !files.has(path))
        .map((path) => `${page}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  test("each entry has its files: modules, CommonJS, and types of both", () => {
    const { exports = {}, main, types, typesVersions } = manifest;
    const entries = Object.entries(exports).filter(([, target]) => typeof target === "object");
    for (const [entry, target] of entries) {
      const path = posix.join(entry.slice(2), "index");
      const [module, commonJs] = [`./dist/${path}`, `./dist/cjs/${path}`];
      expect(target).toEqual({
        types: { require: `${commonJs}.d.ts`, default: `${module}.d.ts` },
        ...{
          "module-sync": `${module}.js`,
          module: `${module}.js`,
          require: `${commonJs}.js`,
          default: `${module}.js`,
        },
      });
      expect(files).toContain(`${module.slice(2)}.js`);
      expect(files).toContain(`${module.slice(2)}.d.ts`);
      if (entry !== ".") expect(typesVersions?.["*"][entry.slice(2)]).toEqual([`${module}.d.ts`]);
    }
    if (entries.length > 0) expect([main, types]).toEqual(["./dist/cjs/index.js", "./dist/index.d.ts"]);
    // A package of data alone is published as it is.
    const isCompiled = existsSync(join(root, folder, "tsconfig.json"));
    expect(existsSync(join(root, folder, "dist"))).toBe(isCompiled);
  });

  test("carries nothing that only its making needs", () => {
    const unwanted = [...files].filter((path) => /tsbuildinfo|tsconfig|\.test\.|^test\/|node_modules/.test(path));
    expect(unwanted).toEqual([]);
  });
});
