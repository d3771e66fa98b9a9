// The output may be unwritable, or a terminal that can do nothing but print.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bars, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { chainrule, shellStart } from "./command.ts";
import { writePictures } from "./pictures.ts";

const cwd = temporaryFolder();
const model = "m.safetensors";

beforeAll(async () => {
  writeIdxFolder(cwd, { train: bars(60), test: bars(20) });
  writePictures(join(cwd, "pictures"), { classes: ["across", "along"], each: 5 });
  const { code, stderr } = await chainrule(["train", ".", "--epochs", "1", "--out", model], { cwd });
  expect(code, stderr).toBe(0);
});

describe.skipIf(!existsSync("/dev/full"))("output that cannot be written", () => {
  /** Runs the command in a shell with this redirection; stdout and stderr where they are not redirected. */
  const run = (args: string, redirection: string) =>
    spawnSync("/bin/sh", ["-c", `${shellStart} ${args} ${redirection}`], {
      ...{ cwd, encoding: "utf8" },
      env: { ...process.env, CHAINRULE_THREADS: "1" },
    });
  const full = "error: stdout: cannot be written: there is no space left on the device (ENOSPC)";

  test.each([["--help"], [`evaluate ${model} .`], [`predict ${model} pictures`]])(
    "chainrule %s on a full disk: one line, exit code 2",
    (args) => {
      const { status, stderr } = run(args, "> /dev/full");
      expect(stderr).toBe(`${full}\n`);
      expect(status).toBe(2);
    },
  );

  test("a training goes on, and its model is the same", () => {
    const before = readFileSync(join(cwd, model));
    rmSync(join(cwd, model));
    const { status, stderr } = run(`train . --epochs 1 --out ${model}`, "> /dev/full");
    expect(stderr).toBe(`${full}; the training went on without it, and the model is saved in ${model}\n`);
    expect(status).toBe(2);
    expect(readFileSync(join(cwd, model)).equals(before)).toBe(true);
  });

  test("an export says that its file is written", () => {
    const { status, stderr } = run(`export ${model} --onnx m.onnx`, "> /dev/full");
    expect([status, stderr]).toEqual([2, `${full}; m.onnx is written\n`]);
  });

  test("stdout that is not open for writing, and a stderr that is full as well", () => {
    const readOnly = run(`evaluate ${model} .`, "1< /dev/null");
    expect([readOnly.status, readOnly.stderr]).toEqual([2, expect.stringMatching(/^error: stdout: .*\(EBADF\)\n$/)]);
    const both = run(`evaluate ${model} .`, "> /dev/full 2>&1");
    expect([both.status, both.stdout, both.stderr]).toEqual([2, "", ""]);
    const noWords = run(`evaluate none.safetensors .`, "2> /dev/full");
    expect([noWords.status, noWords.stdout]).toEqual([2, ""]);
  });

  test("a stdout that is closed is nobody's loss", () => {
    const { status, stderr } = run(`evaluate ${model} .`, ">&-");
    expect([status, stderr]).toEqual([0, ""]);
  });
});

// util-linux's script runs a command on a terminal of its own.
describe.skipIf(process.platform !== "linux" || !existsSync("/usr/bin/script"))("on a terminal", () => {
  const onTerminal = (args: string, env: Readonly<Record<string, string>>) =>
    execFileSync("/usr/bin/script", ["-qec", `${shellStart} ${args}`, "/dev/null"], {
      ...{ cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
      env: { ...process.env, ...plain, CHAINRULE_THREADS: "1", ...env },
    });
  const plain = { NO_COLOR: undefined, FORCE_COLOR: undefined, NODE_DISABLE_COLORS: undefined, CI: undefined };

  test("TERM=dumb: no bars, no colours, no movement of the cursor", () => {
    const shown = onTerminal("train . --epochs 2 --batch-size 10 --out dumb.safetensors", { TERM: "dumb" });
    expect(shown).not.toContain("\x1b");
    expect(shown.match(/^epoch [12]\/2 {2}loss/gm)).toHaveLength(2);
  });
});
