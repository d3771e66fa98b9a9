// The cache of decoded pictures as users meet it: where it stands, what is said of it, and that nothing depends on it.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { cacheFolder, cachePlace, endUse, maxCacheBytes } from "../src/pictures/cache-folder.ts";
import { chainrule, chainruleProcess } from "./command.ts";
import { writePictures } from "./pictures.ts";

const cwd = temporaryFolder();
const classes = ["across", "along", "below"];

beforeAll(() => void writePictures(join(cwd, "pictures"), { classes, each: 8 }));

const train = (env: Record<string, string>, ...more: string[]) =>
  chainrule(
    ["train", "pictures", "--epochs", "1", "--no-augment", "--validation", "0", "--out", "m.safetensors", ...more],
    {
      cwd,
      env,
    },
  );

test("it stands where the system keeps caches, or where CHAINRULE_CACHE says", () => {
  const home = { HOME: "/home/a" };
  expect(cacheFolder(home, "linux")).toBe("/home/a/.cache/chainrule");
  expect(cacheFolder({ ...home, XDG_CACHE_HOME: "/var/c" }, "linux")).toBe("/var/c/chainrule");
  expect(cacheFolder({ ...home, XDG_CACHE_HOME: "relative" }, "linux")).toBe("/home/a/.cache/chainrule");
  expect(cacheFolder(home, "darwin")).toBe("/home/a/Library/Caches/chainrule");
  expect(cacheFolder({ ...home, LOCALAPPDATA: "/l" }, "win32")).toBe(join("/l", "chainrule", "cache"));
  expect(cacheFolder({ ...home, CHAINRULE_CACHE: "/x" }, "win32")).toBe("/x");
});

test("no place for it is said in a line, and the command goes on; --no-cache keeps none and says nothing", async () => {
  const { code, stdout, stderr } = await train({ CHAINRULE_CACHE: "/dev/null/cache" });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain(
    "the decoded pictures are not kept for the next time: /dev/null/cache: part of its path is not a folder\n",
  );
  const folder = join(cwd, "unused");
  const without = await train({ CHAINRULE_CACHE: folder }, "--no-cache");
  expect([without.code, without.stdout.includes("kept")]).toEqual([0, false]);
  expect(existsSync(folder)).toBe(false);
});

test.skipIf(!existsSync("/dev/full"))("a full disk is said in a line, and the command goes on", async () => {
  const folder = join(cwd, "full");
  mkdirSync(folder);
  const { CHAINRULE_CACHE: before } = process.env;
  process.env.CHAINRULE_CACHE = folder;
  const { file } = cachePlace({ directory: join(cwd, "pictures"), count: 24, form: [[16, 16], "plain", null] });
  process.env.CHAINRULE_CACHE = before;
  // The file that is written first, before it gets its name, is a device without space.
  symlinkSync("/dev/full", `${file}.new`);
  const { code, stdout, stderr } = await train({ CHAINRULE_CACHE: folder });
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/the decoded pictures are not kept for the next time: .*no space left on the device\n/);
});

test("a data set that is larger than the bound is not kept, and files that were not used for long make room", () => {
  const folder = temporaryFolder();
  const { CHAINRULE_CACHE: before } = process.env;
  process.env.CHAINRULE_CACHE = folder;
  try {
    const directory = join(cwd, "pictures");
    const form = [[64, 64], "plain", null] as const;
    expect(cachePlace({ directory, count: 1e6, form })).toEqual({
      file: null,
      problem: "they take 4.1 GB or more, and at most 2.1 GB are kept",
    });
    // Sparse files, which take no space.
    for (const [name, age] of Object.entries({ old: 30, older: 40, young: 10, written: 50 })) {
      const path = join(folder, `${name}.pictures`);
      writeFileSync(path, "");
      truncateSync(path, maxCacheBytes / 4);
      const then = Date.now() / 1000 - age;
      utimesSync(path, then, then);
    }
    writeFileSync(join(folder, "written.pictures.lock"), "");
    const { file } = cachePlace({ directory, count: 10, form });
    expect(readdirSync(folder).sort()).toEqual([
      "old.pictures",
      "written.pictures",
      "written.pictures.lock",
      "young.pictures",
    ]);
    writeFileSync(file ?? "", "");
    truncateSync(file ?? "", maxCacheBytes / 2);
    endUse(file ?? "");
    expect(readdirSync(folder)).not.toContain("old.pictures");
    expect(Date.now() - statSync(file ?? "").mtimeMs).toBeLessThan(60_000);
  } finally {
    process.env.CHAINRULE_CACHE = before;
    rmSync(folder, { recursive: true });
  }
});

test("Ctrl-C while pictures are read: what was read is kept, which is said, and the next run goes on there", async () => {
  writePictures(join(cwd, "many"), { classes, each: 500 });
  const folder = join(cwd, "kept");
  const args = ["train", "many", "--epochs", "1", "--no-augment", "--model", "mlp", "--out", "many.safetensors"];
  const first = chainruleProcess(args, {
    cwd,
    env: { CHAINRULE_CACHE: folder },
    started: (child) => {
      const timer = setInterval(() => {
        const [file] = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".pictures")) : [];
        if (file === undefined || statSync(join(folder, file)).size < 20_000) return;
        clearInterval(timer);
        child.kill("SIGINT");
      }, 1);
    },
  });
  const { code, stdout } = await first;
  expect(stdout).toContain("stopped while the pictures were read; what was read is kept: the next run continues there");
  expect(code).toBe(130);
  expect(readdirSync(folder)).toHaveLength(1);
  const next = await chainrule(args, { cwd, env: { CHAINRULE_CACHE: folder } });
  const [, kept] = /read 1,500 pictures from many in .* s, ([\d,]+) kept from an earlier time/.exec(next.stdout) ?? [];
  expect(Number(kept.replace(",", ""))).toBeGreaterThan(0);
});
