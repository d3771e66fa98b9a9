// Trainings that are killed without warning, as by a power cut: the last checkpoint always loads, and the training that goes on from it
// has the curve of an uninterrupted one, step for step, and ends with the same model file.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { loadModel } from "../src/model-file.ts";
import { chainruleProcess, type Event, events, start } from "./command.ts";

const [model, checkpoint] = ["m.safetensors", "m.checkpoint.safetensors"];

export interface Whole {
  readonly curve: readonly Event[];
  readonly file: Buffer;
  readonly seconds: number;
}

/** The fields of an event that do not depend on time. */
function curveOf(all: readonly Event[]): Event[] {
  return all
    .filter(({ event }) => ["step", "epoch", "validation", "test"].includes(event))
    .map(({ seconds: _, imagesPerSecond: __, reading: ___, ...rest }) => rest as unknown as Event);
}

const begin = (data: string, options: readonly string[]) => ["train", data, ...options, "--json", "--out", model];

/** Runs the uninterrupted training. */
export async function undisturbed(data: string, options: readonly string[]): Promise<Whole> {
  const cwd = temporaryFolder();
  const began = performance.now();
  const finished = await chainruleProcess(begin(data, options), { cwd });
  if (finished.code !== 0) throw new Error(`the undisturbed training failed:\n${finished.stderr}`);
  const seconds = (performance.now() - began) / 1000;
  return { curve: curveOf(events(finished)), file: readFileSync(join(cwd, model)), seconds };
}

export interface Killing {
  readonly data: string;
  readonly options: readonly string[];
  readonly whole: Whole;
  /** Each process is killed after so many seconds; then the training is resumed. */
  readonly lives: readonly number[];
  /** The folder for decoded pictures, empty; by default a new one. */
  readonly cache?: string;
}

/** Throws where anything differs from the uninterrupted training. Returns a sentence about the run. */
export async function killAndResume({
  data,
  options,
  whole,
  lives,
  cache = temporaryFolder(),
}: Killing): Promise<string> {
  const cwd = temporaryFolder();
  // The first life finds no decoded pictures.
  const env = { CHAINRULE_CACHE: cache };
  const deaths: string[] = [];
  let alive = true;
  for (const seconds of lives) {
    const life = await oneLife(nextArguments(cwd, { data, options }), { cwd, env, seconds });
    checkWithin(curveOf(life.told), whole.curve);
    alive = life.alive;
    if (alive) break;
    deaths.push(await checkDead(cwd));
    if (isSaved(cwd)) break;
  }
  // The process that was killed while it added the record of the test to the complete model leaves the file that it was writing.
  const killedLast = !alive && isSaved(cwd);
  if (!isSaved(cwd)) {
    const last = await chainruleProcess(nextArguments(cwd, { data, options }), { cwd, env });
    if (last.code !== 0) throw new Error(`resuming failed:\n${last.stderr}`);
    const curve = curveOf(events(last));
    const expected = whole.curve.slice(whole.curve.length - curve.length);
    if (JSON.stringify(curve) !== JSON.stringify(expected)) throw new Error("the resumed curve is another one");
  }
  if (!isSame(readFileSync(join(cwd, model)), whole.file)) throw new Error("the model file is another one");
  const isExpected = (name: string) => name === model || (killedLast && /^\.m\.safetensors\.\d+\.partial$/.test(name));
  const left = readdirSync(cwd).filter((name) => !isExpected(name));
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
  return deaths.length === 0 ? "was done before it was killed" : `killed ${deaths.join(", then ")}`;
}

/** Whether the files are the same. One of a process that was killed during the test lacks the record of the test, and is the same otherwise. */
function isSame(file: Buffer, whole: Buffer): boolean {
  if (file.equals(whole)) return true;
  const { metadata, tensors } = readSafetensors(whole);
  const { test: _, ...training } = JSON.parse(metadata.training);
  return file.equals(writeSafetensors(tensors, { ...metadata, training: JSON.stringify(training) }));
}

/** Whether the model is complete: while it is being saved, the checkpoint still exists. */
const isSaved = (cwd: string) => existsSync(join(cwd, model)) && !existsSync(join(cwd, checkpoint));

function nextArguments(cwd: string, { data, options }: Pick<Killing, "data" | "options">): string[] {
  const interval = options.slice(options.indexOf("--checkpoint"), options.indexOf("--checkpoint") + 2);
  return existsSync(join(cwd, checkpoint))
    ? ["train", data, "--resume", checkpoint, "--json", ...interval]
    : begin(data, options);
}

interface Life {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly seconds: number;
}

function oneLife(args: readonly string[], { cwd, env, seconds }: Life): Promise<{ told: Event[]; alive: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...start, ...args], {
      ...{ cwd, env: { ...process.env, ...env } },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), 1000 * seconds);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (signal !== "SIGKILL" && code !== 0) reject(new Error(`exit code ${code}:\n${stderr}`));
      // The last line may be cut off.
      const lines = stdout.split("\n").slice(0, -1);
      resolve({ told: lines.map((line) => JSON.parse(line)), alive: signal !== "SIGKILL" });
    });
  });
}

/** Checks that the events of one process are a part of the uninterrupted curve, without a gap. */
function checkWithin(part: readonly Event[], whole: readonly Event[]): void {
  if (part.length === 0) return;
  const texts = whole.map((event) => JSON.stringify(event));
  const start = texts.indexOf(JSON.stringify(part[0]));
  const same = start >= 0 && part.every((event, n) => JSON.stringify(event) === texts[start + n]);
  if (!same) throw new Error(`a life told another curve, from ${JSON.stringify(part[0])}`);
}

/** Checks that the checkpoint is a model that loads, by a copy of it. */
async function checkDead(cwd: string): Promise<string> {
  const file = [checkpoint, model].map((name) => join(cwd, name)).find(existsSync);
  if (file === undefined) return "before its first checkpoint";
  const copy = join(temporaryFolder(), "copy.safetensors");
  copyFileSync(file, copy);
  const { training } = await loadModel(copy);
  const { epoch, batch, stage } = training as { epoch: number; batch: number; stage: string };
  return `after a checkpoint in epoch ${epoch + 1}, ${stage === "steps" ? `batch ${batch}` : "before its validation"}`;
}
