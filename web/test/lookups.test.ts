// No word of a user (a name in a formula, a file's key, an option, a class) is looked up in a plain object, where "constructor" and
// "__proto__" find what nobody put there. A key is a literal, a union of literals, or checked by Object.hasOwn; else the table is a Map.
// TypeScript's types tell which keys are any string. They come from the version that svelte-check uses: version 7 has no interface yet.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
/** What runs for a user: the packages, the page and the scripts. */
const folders = ["src", "cli/src", "cli/browser", "cli/scripts", "onnx/src", "web/src", "web/build", "docs", "scripts"];

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  allowJs: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  types: ["node", "svelte"],
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
};

/** The script of a Svelte component is read as a file of this name. */
const scriptOf = (file: string) => `${file}.script.ts`;
const scriptIn = (text: string) => /<script lang="ts"[^>]*>(.*?)<\/script>/s.exec(text)?.[1] ?? "";

/** Every lookup by a key that can be any string, as "file:line: text". `given` are files that are not on disk. */
function lookups(files: readonly string[], given: ReadonlyMap<string, string> = new Map()): string[] {
  const scripts = new Map(files.filter((file) => file.endsWith(".svelte")).map((file) => [scriptOf(file), file]));
  const textOf = (file: string): string | undefined => {
    const component = scripts.get(file);
    return component === undefined ? given.get(file) : scriptIn(readFileSync(component, "utf8"));
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => textOf(file) !== undefined || fileExists(file);
  host.readFile = (file) => textOf(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = textOf(file);
    return text === undefined ? getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version, true);
  };
  const names = files.map((file) => (file.endsWith(".svelte") ? scriptOf(file) : file));
  const program = ts.createProgram(names, options, host);
  const checker = program.getTypeChecker();
  return names.flatMap((name) => {
    const source = program.getSourceFile(name);
    return source === undefined ? [] : within(source, checker).map((text) => `${relative(root, name)}:${text}`);
  });
}

function within(source: ts.SourceFile, checker: ts.TypeChecker): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const lookup = lookupOf(node);
    if (lookup !== null && isAnyString(checker.getTypeAtLocation(bare(lookup.key)))) {
      const isTable = isPlain(checker.getTypeAtLocation(lookup.table), checker);
      const isChecked = guards(node, lookup.table.getText(source), bare(lookup.key).getText(source));
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      if (isTable && !isChecked) found.push(`${line + 1}: ${node.getText(source).replace(/\s+/g, " ")}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** table[key], and key in table. */
function lookupOf(node: ts.Node): { readonly table: ts.Expression; readonly key: ts.Expression } | null {
  if (ts.isElementAccessExpression(node)) return { table: node.expression, key: node.argumentExpression };
  const isIn = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword;
  return isIn && !ts.isPrivateIdentifier(node.left) ? { table: node.right, key: node.left } : null;
}

/** The key without casts: `name as keyof typeof table` is any string still. */
function bare(key: ts.Expression): ts.Expression {
  return ts.isAsExpression(key) || ts.isParenthesizedExpression(key) ? bare(key.expression) : key;
}

function isAnyString(type: ts.Type): boolean {
  if (type.isUnion()) return type.types.some(isAnyString);
  return (type.flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) !== 0;
}

/** Neither text nor a list. What has no type at all, as parsed JSON in a script, is not judged. */
function isPlain(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (type.isUnion()) return type.types.some((one) => isPlain(one, checker));
  const others = ts.TypeFlags.StringLike | ts.TypeFlags.Any | ts.TypeFlags.Undefined | ts.TypeFlags.Null;
  return (type.flags & others) === 0 && !checker.isArrayType(type) && !checker.isTupleType(type);
}

/** Whether a function around the lookup asks Object.hasOwn about the same table and key. */
function guards(node: ts.Node, table: string, key: string): boolean {
  for (let around = node.parent; around !== undefined; around = around.parent)
    if (ts.isFunctionLike(around) && around.getText().includes(`Object.hasOwn(${table}, ${key})`)) return true;
  return false;
}

/** Lookups that the test itself makes: those above the empty line have to be found, and only those. */
const examples = `
  const table: Record<string, number> = { a: 1 };
  const known = { a: 1, b: 2 } as const;
  export const one = (name: string) => table[name];
  export const two = (name: string) => known[name as keyof typeof known];
  export const three = (name: string) => name in known;
  export const four = (name: string) => table[\`\${name} x\`];
  export const five = (name: string) => { table[name] = 2; };

  export const six = (name: string) => Object.hasOwn(table, name) ? table[name] : 0;
  export const seven = (name: "a" | "b") => known[name];
  export const eight = (list: readonly string[], text: string, i: number) => [list[i], text[i], table.a, "a" in known];
  export const nine = (map: Map<string, number>, name: string) => map.get(name);
`;

// The types of a thousand files take ten seconds of a processor, and longer on a busy machine.
it("looks no word of a user up in a plain object", () => {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...folders], {
    cwd: root,
  });
  const isSource = (file: string) => /\.(ts|js|svelte)$/.test(file) && !/\.d\.ts$/.test(file);
  const files = listed
    .toString()
    .trim()
    .split("\n")
    .filter((file) => isSource(file) && existsSync(resolve(root, file)));
  expect(files.length).toBeGreaterThan(500);
  const example = "src/example-of-lookups.ts";
  const found = lookups(
    [...files, example].map((file) => resolve(root, file)),
    new Map([[resolve(root, example), examples]]),
  );
  expect(found).toEqual([
    `${example}:4: table[name]`,
    `${example}:5: known[name as keyof typeof known]`,
    `${example}:6: name in known`,
    `${example}:7: table[\`\${name} x\`]`,
    `${example}:8: table[name]`,
  ]);
}, 240_000);
