// Trainings of two processes with XLA, of which one process is killed at a random moment (kill -9): the other ends by itself within the
// heartbeat, with a message, and the training that goes on from the last checkpoint has the curve of an uninterrupted one, bit for bit.
// `npm test` does not run this; it needs a Python with jax (CHAINRULE_PYTHON).
//
//   npx tsx cli/test/kill-processes.ts [RUNS: 20] [SEED]
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bars, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { type Event, start } from "./command.ts";

const [runs, seed] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? Date.now() % 1e6)];
let state = (seed % (2 ** 31 - 2)) + 1;
/** Park and Miller's generator, 0 … 1. */
const random = () => (state = (16807 * state) % (2 ** 31 - 1)) / 2 ** 31;

const heartbeat = 10;
const env = { ...process.env, CHAINRULE_HEARTBEAT: String(heartbeat) };
const data = writeIdxFolder(temporaryFolder(), {
  ...{ train: bars(2000, { side: 12 }), test: bars(50, { side: 12 }), side: 12 },
});
const [model, checkpoint] = ["m.safetensors", "m.checkpoint.safetensors"];
const together = ["--backend", "xla", "--processes", "2", "--checkpoint", "0.2", "--json"];
const fresh = ["train", data, "--model", "mlp", "--epochs", "6", "--batch-size", "10", "--out", model, ...together];
const resumed = ["train", data, "--resume", checkpoint, ...together];

interface Life {
  /** From the first step that was told to the end. */
  readonly seconds: number;
  readonly code: number | null;
  readonly curve: readonly Event[];
  readonly errors: string;
}

/** Runs a training; `started` gets its process. */
function live(args: readonly string[], cwd: string, started: (child: ChildProcess) => void = () => {}): Promise<Life> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...start, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let [out, errors] = ["", ""];
    let began = performance.now();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (!out.includes('"step"')) began = performance.now();
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const all = out
        .split("\n")
        .slice(0, -1)
        .map((line): Event => JSON.parse(line));
      resolve({
        seconds: (performance.now() - began) / 1000,
        code,
        curve: all.filter(({ event }) => event === "step"),
        errors,
      });
    });
    started(child);
  });
}

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Running[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), parent: Number(parent), command };
  });
}

/** The four processes of a training: Node and the runner of process 0 and of process 1; null before all have started. */
function partsOf(leader: number): Readonly<Record<string, number>> | null {
  const all = processes();
  const child = (parent: number, words: string) =>
    all.find((one) => one.parent === parent && one.command.includes(words))?.pid;
  const follower = child(leader, "--coordinator");
  const runner = child(leader, "chainrule_xla");
  const second = follower && child(follower, "chainrule_xla");
  return follower && runner && second ? { leader, runner, follower, "follower's runner": second } : null;
}

const until = async <T>(what: string, seconds: number, test: () => T | null | false): Promise<T> => {
  for (const began = performance.now(); performance.now() - began < 1000 * seconds; ) {
    const found = test();
    if (found !== null && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`after ${seconds} s there was still not: ${what}`);
};

const isRunning = (pid: number): boolean =>
  processes().some((one) => one.pid === pid && !one.command.includes("<defunct>"));

/** Kills one of the processes; returns who it was, and the seconds until all others had ended. null if the training ended before the moment. */
async function killOne(cwd: string): Promise<string | null> {
  const victims = ["leader", "runner", "follower", "follower's runner"];
  const victim = victims[Math.floor(random() * victims.length)];
  let child: ChildProcess | null = null;
  const life = live(fresh, cwd, (started) => {
    child = started;
  });
  const leader = (child as ChildProcess | null)?.pid ?? 0;
  const parts = await until("both processes with their runners", 180, () => partsOf(leader));
  await until("a checkpoint", 180, () => existsSync(join(cwd, checkpoint)));
  const moment = new Promise((resolve) => setTimeout(resolve, 1000 * random() * whole.seconds, null));
  if ((await Promise.race([life, moment])) !== null) return null;
  process.kill(parts[victim], "SIGKILL");
  const began = performance.now();
  const { code, errors } = await life;
  await until("the end of all processes", 2 * heartbeat + 10, () => !Object.values(parts).some(isRunning));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (victim !== "leader" && (code !== 2 || !/another process of the training has ended|the runner/.test(errors)))
    throw new Error(`the ${victim} was killed, and process 0 ended with ${code}:\n${errors}`);
  return `the ${victim} was killed, the others ended after ${seconds} s`;
}

const whole = await live(fresh, temporaryFolder());
if (whole.code !== 0) throw new Error(whole.errors);
console.log(
  `seed ${seed}: ${runs} trainings of two processes, ${whole.curve.length} steps told, over ${whole.seconds.toFixed(1)} s`,
);
for (let run = 1; run <= runs; run++) {
  const cwd = temporaryFolder();
  const how = await killOne(cwd);
  if (how === null) {
    run--;
    continue;
  }
  const last = await live(resumed, cwd);
  if (last.code !== 0) throw new Error(`resuming failed:\n${last.errors}`);
  const expected = whole.curve.slice(whole.curve.length - last.curve.length);
  if (last.curve.length === 0 || JSON.stringify(last.curve) !== JSON.stringify(expected))
    throw new Error(`${how}, and the resumed curve is another one`);
  console.log(`${run}/${runs}: ${how}; the resumed training has the same last ${last.curve.length} steps`);
}
