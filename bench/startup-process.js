// The process that bench/startup.js times: it loads chainrule, makes a net and data and does two steps, as a user's script does. With
// "passes" it does the first step with a copy of the library that times its passes (timed-copy.js); with "eager" it computes the losses
// that the other ways have to give. Nothing is imported before the first line has run.
const marks = { "first line": process.hrtime.bigint() };
const { way, work, threads, spawned, library } = JSON.parse(process.argv[2]);
const mark = (name) => {
  marks[name] = process.hrtime.bigint();
};

const passes = new Map(); // ms in each pass, without the passes that it calls
const running = [];
globalThis.timePass = (name, f) =>
  function (...args) {
    const begin = performance.now();
    running.push(0);
    try {
      return f.apply(this, args);
    } finally {
      const elapsed = performance.now() - begin;
      passes.set(name, (passes.get(name) ?? 0) + elapsed - running.pop());
      if (running.length > 0) running.push(running.pop() + elapsed);
    }
  };

const chainrule = await import(library === undefined ? "chainrule" : `${library}index.js`);
const { netOf } = await import("./training.js");
mark("loaded");
const { compile, manualSeed, rand, tensor } = chainrule;
manualSeed(1);
const { train } = netOf(chainrule, work);
const images = rand(work.input);
const digits = Array.from({ length: work.input[0] }, (_, i) => i % 10);
const labels = tensor(digits, { dtype: "int32" });
mark("made");

const losses = await { steps, passes: timePasses, eager }[way]();
const since = Object.entries(marks).map(([name, time]) => [name, Number(time - BigInt(spawned)) / 1e6]);
console.log(JSON.stringify({ losses, marks: Object.fromEntries(since), passes: [...passes] }));

function steps() {
  const step = compile(train, { threads });
  return ["first step", "second step"].map((name) => {
    const loss = step(images, labels).item();
    mark(name);
    return loss;
  });
}

function eager() {
  return [1, 2].map(() => train(images, labels).item());
}

async function timePasses() {
  const { WasmProgram } = await import(`${library}backends/wasm/program.js`);
  WasmProgram.prototype.run = globalThis.timePass("first run", WasmProgram.prototype.run);
  const construct = globalThis.timePass("module", (Module, args) => new Module(...args));
  WebAssembly.Module = new Proxy(WebAssembly.Module, { construct });
  passes.clear();
  const first = globalThis.timePass("all else", () => compile(train, { threads })(images, labels).item());
  return [first()];
}
