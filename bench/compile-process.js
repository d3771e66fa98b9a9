// The process that bench/compile.js measures: it makes a net with the library of a checkout, and calls its compiled step once. With "time" it
// prints the processor time up to the first run of the program; with "calls" how often the library's functions are called until then.
import { readFileSync } from "node:fs";
import { Session } from "node:inspector";
import { pathToFileURL } from "node:url";

const { name, folder, way } = JSON.parse(process.argv[2]);
const from = (path) => import(pathToFileURL(folder + path).href);
const chainrule = await from("dist/index.js");
const { train, batch } = await netOf();
const { WasmProgram } = await from("dist/backends/wasm/program.js");
const result = way === "time" ? await time() : await count();
console.log(JSON.stringify(result));

/** The step of a net of works.js or of nets/models.js. */
async function netOf() {
  chainrule.manualSeed(1);
  const { nets } = await from("bench/works.js");
  const work = nets.find((one) => one.name === name);
  if (work === undefined) return (await from("bench/nets/models.js")).nets.get(name).make();
  const { train } = (await from("bench/training.js")).netOf(chainrule, work);
  const labels = Array.from({ length: work.input[0] }, (_, i) => i % 10);
  return { train, batch: [chainrule.rand(work.input), chainrule.tensor(labels, { dtype: "int32" })] };
}

/** Calls the step, and `atRun` before its program runs for the first time. */
function firstStep(atRun) {
  const { run } = WasmProgram.prototype;
  WasmProgram.prototype.run = function (args) {
    atRun();
    WasmProgram.prototype.run = run;
    return run.call(this, args);
  };
  const step = chainrule.compile(train, { threads: 1 });
  if (!Number.isFinite(step(...batch).item())) throw new Error("the loss is not finite");
  return step;
}

function time() {
  const begin = { main: mainThread(), all: wholeProcess() };
  let end = begin;
  firstStep(() => {
    end = { main: mainThread(), all: wholeProcess() };
  });
  return { main: end.main - begin.main, all: end.all - begin.all };
}

function wholeProcess() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

/** The processor time of the main thread in ms. Linux has it in a file, for engines without a function for it. */
function mainThread() {
  if (process.threadCpuUsage === undefined)
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[0]) / 1e6;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

async function count() {
  const session = new Session();
  session.connect();
  const post = (method, parameters) =>
    new Promise((resolve, reject) => {
      session.post(method, parameters, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  await post("Profiler.enable");
  await post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  let coverage = null;
  const step = firstStep(() => {
    coverage = post("Profiler.takePreciseCoverage");
  });
  const { result } = await coverage;
  const calls = {};
  for (const { url, functions } of result) {
    const [, path] = url.split("/dist/");
    if (path === undefined) continue;
    const part = path.split("/")[0];
    for (const { ranges } of functions) calls[part] = (calls[part] ?? 0) + ranges[0].count;
  }
  const about = step.chapters().find(({ name }) => name === "memory").text;
  return { calls, bytes: Number(/module of (\d+) bytes/.exec(about)?.[1]) };
}
