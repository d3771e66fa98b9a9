// Runs the command line: in this process, through the function that the program consists of, or as a user would, as the built program
// (`npm run build`) in a process of its own.
import { spawn } from "node:child_process";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { optimiseLater } from "../../scripts/optimise-later.js";
import { temporaryFolder } from "../../test/node/synthetic.ts";

/** The decoded pictures of the tests are kept here, not among those of the user; the files of one process share it. */
const cacheFolder = temporaryFolder();

const program = fileURLToPath(new URL("../bin/chainrule.js", import.meta.url));

/** What Node is told, before the words of the command line. */
export const start: readonly string[] = [...optimiseLater, program];
/** The program as a shell starts it. */
export const shellStart = [process.execPath, ...start].map((word) => `"${word}"`).join(" ");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Event = Record<string, unknown> & { readonly event: string };

interface Where {
  readonly cwd: string;
  /** Added to the environment of the tests, in which each command runs on one thread. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Watched extends Where {
  /** Gets stdout as it grows, and may act on the process. */
  readonly watch?: (stdout: string, process: ReturnType<typeof spawn>) => void;
  readonly started?: (process: ReturnType<typeof spawn>) => void;
}

const environment = (added: Where["env"]): Readonly<Record<string, string | undefined>> => ({
  npm_command: undefined,
  CHAINRULE_THREADS: "1",
  CHAINRULE_CACHE: cacheFolder,
  ...added,
});

/** Runs the program in a process: for its threads, signals, streams and exit codes. */
export function chainruleProcess(args: readonly string[], { cwd, env, started, watch }: Watched): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const words = [...start, ...args];
    const child = spawn(process.execPath, words, { cwd, env: { ...process.env, ...environment(env) } });
    started?.(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      watch?.(stdout, child);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

let last: Promise<unknown> = Promise.resolve();

/** Runs a command in this process, which has its arguments, folder and environment meanwhile; one command after another. */
export function chainrule(args: readonly string[], where: Where): Promise<Finished> {
  const finished = last.then(() => here(args, where));
  last = finished.catch(() => {});
  return finished;
}

async function here(args: readonly string[], { cwd, env }: Where): Promise<Finished> {
  const [{ run }, { stopListening }] = await Promise.all([import("../src/run.ts"), import("../src/interrupt.ts")]);
  const { argv } = process;
  const folder = process.cwd();
  const before = Object.fromEntries(Object.keys(environment(env)).map((name) => [name, process.env[name]]));
  const [stdout, stderr] = [new Text(), new Text()];
  try {
    process.argv = [process.execPath, program, ...args];
    process.chdir(cwd);
    assign(environment(env));
    const code = await run({ stdout, stderr });
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    stopListening();
    process.argv = argv;
    process.chdir(folder);
    assign(before);
  }
}

function assign(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
}

/** A stream that keeps what is written. */
class Text extends Writable {
  text = "";

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** The events in the stdout of --json: one JSON object a line, nothing else. */
export function events({ stdout }: Finished): Event[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
