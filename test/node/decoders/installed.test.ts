// Which decoder reads a picture where sharp or jimp is missing, or where sharp is installed but does not load. The library is copied to a
// folder of its own, whose node_modules has what a case says.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Jimp } from "jimp";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { optimiseLater } from "../../../scripts/optimise-later.js";
import { temporaryFolder } from "../synthetic.ts";

const root = resolve(import.meta.dirname, "..", "..", "..");
const folder = temporaryFolder();

/** Reads each file, and prints the first pixel, or code and words of the error. */
const program = `
import { readFileSync } from "node:fs";
import { decodePicture } from "./dist/node/index.js";
const told = {};
for (const name of process.argv.slice(2))
  told[name] = await decodePicture(readFileSync("../" + name)).then(
    ({ data }) => [...data.subarray(0, 4)].map((level) => Math.round(level / 10)).join(" "),
    ({ code, words }) => code + ": " + words,
  );
console.log(JSON.stringify(told));
`;

const names = ["a.png", "a.jpg", "a.bmp", "a.webp"] as const;

beforeAll(async () => {
  const image = new Jimp({ width: 4, height: 4, color: 0xc82828ff });
  writeFileSync(join(folder, "a.png"), await image.getBuffer("image/png"));
  writeFileSync(join(folder, "a.jpg"), await image.getBuffer("image/jpeg"));
  writeFileSync(join(folder, "a.bmp"), await image.getBuffer("image/bmp"));
  writeFileSync(join(folder, "a.webp"), await sharp(join(folder, "a.png")).webp({ lossless: true }).toBuffer());
});

/** What is read where these packages are installed; `broken` ones throw when they are loaded. */
function reads(installed: readonly ("sharp" | "jimp")[], broken: readonly "sharp"[] = []): Record<string, string> {
  const home = join(folder, `with-${installed.join("-")}-${broken.join("-")}`);
  cpSync(join(root, "dist"), join(home, "dist"), {
    recursive: true,
    filter: (path) => !/\bcjs\b|\.d\.ts$|\.map$/.test(path),
  });
  writeFileSync(join(home, "package.json"), '{ "type": "module" }');
  writeFileSync(join(home, "program.js"), program);
  mkdirSync(join(home, "node_modules"));
  for (const name of installed)
    symlinkSync(
      join(root, "node_modules", name),
      join(home, "node_modules", name),
      process.platform === "win32" ? "junction" : "dir",
    );
  for (const name of broken) {
    mkdirSync(join(home, "node_modules", name));
    const words = 'Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions:';
    writeFileSync(join(home, "node_modules", name, "index.js"), `throw new Error(${JSON.stringify(words)});`);
    writeFileSync(join(home, "node_modules", name, "package.json"), `{ "name": "${name}", "main": "index.js" }`);
  }
  const { stdout, stderr } = spawnSync(process.execPath, [...optimiseLater, "program.js", ...names], {
    cwd: home,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const red = "20 4 4 26";

test("with both decoders all formats are read", () => {
  expect(reads(["sharp", "jimp"])).toEqual({ "a.png": red, "a.jpg": red, "a.bmp": red, "a.webp": red });
});

test("with jimp alone the error about a WebP names the package to install", () => {
  const webp = "package: WebP files need a decoder that is not installed; run `npm install sharp`";
  expect(reads(["jimp"])).toEqual({ "a.png": red, "a.jpg": red, "a.bmp": red, "a.webp": webp });
});

test("with sharp alone the error about a BMP names the package to install", () => {
  const bmp = "package: BMP files need a decoder that is not installed; run `npm install jimp`";
  expect(reads(["sharp"])).toEqual({ "a.png": red, "a.jpg": red, "a.bmp": bmp, "a.webp": red });
});

test("without a decoder the error about each picture names the package to install", () => {
  const [png, jpeg] = ["PNG", "JPEG"].map(
    (format) =>
      `package: ${format} files need a decoder that is not installed; run \`npm install sharp\`, or \`npm install jimp\`, which is slower`,
  );
  expect(reads([])).toMatchObject({ "a.png": png, "a.jpg": jpeg });
});

test("where sharp does not load, as on an old system, jimp reads its formats", () => {
  const found = reads(["jimp"], ["sharp"]);
  const cannot = 'is installed but does not load (Could not load the "sharp" module using the linux-x64 runtime)';
  const webp = `package: WebP files are read with sharp, which ${cannot}; save the picture as a PNG`;
  expect(found).toEqual({ "a.png": red, "a.jpg": red, "a.bmp": red, "a.webp": webp });
  const png = `package: PNG files are read with sharp, which ${cannot}; run \`npm install jimp\``;
  expect(reads([], ["sharp"])).toMatchObject({ "a.png": png, "a.webp": webp });
});
