// The vector functions of the wasm backend against the engine's own Math, over 4096 float32 numbers in the cache. They are checked against
// their stated bounds first, then timed in three ways: called as functions, inlined, and inlined for four vectors in each iteration, which
// share the function's constants (V8 loads a constant again in each block that uses it). Rounds alternate between the ways; figures are
// medians.
//
//   node bench/math.js [rounds]
import { Module } from "../dist/backends/wasm/assembler/assembler.js";
import { MathFunctions } from "../dist/backends/wasm/math/inline.js";
import { vectorMath } from "../dist/loops/math/functions.js";
import { erf } from "../dist/tensor/ops/erf.js";
import { countIn, fail } from "./arguments.js";

const rounds = countIn(process.argv.slice(2), { name: "rounds", fallback: 15 });

const count = 4096;
const repeats = 100;
const names = Object.keys(vectorMath);
const positive = new Set(["log", "log1p", "pow"]);
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const reference = { ...Object.fromEntries(names.map((name) => [name, Math[name]])), erf, sigmoid };

const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
const [a, b, y] = [0, 1, 2].map((i) => new Float32Array(memory.buffer, 4 * count * i, count));
const module = new Module({ initial: 4, maximum: 4, shared: false });
const functions = new MathFunctions(module);
for (const name of names) {
  const callee = functions.function(name);
  const { operands, write } = vectorMath[name];
  loop("called", 1, (code, x) => {
    for (const operand of x) code.get(operand);
    code.call(callee);
  });
  loop("in place", 1, (code, x) => write(code, ...x));
  loop("four", 4, (code, x) => write(code, ...x));

  function loop(way, vectors, body) {
    const kernel = module.function(`${name} ${way}`, { parameters: [], results: [] }, (code) => {
      const i = code.local("i32");
      const [from, to] = [() => code.i32(0), () => code.i32(4 * count)];
      code.for(i, from, to, 16 * vectors, () => {
        const vector = () => Array.from({ length: operands }, () => code.local("v128"));
        const inputs = Array.from({ length: vectors }, vector);
        for (const [v, x] of inputs.entries()) {
          for (const [k, operand] of x.entries()) {
            code
              .get(i)
              .memory("v128.load", 4 * count * k + 16 * v)
              .set(operand);
          }
        }
        for (const [v, x] of inputs.entries()) {
          code.get(i);
          body(code, x);
          code.memory("v128.store", 8 * count + 16 * v);
        }
      });
    });
    module.export(`${name} ${way}`, kernel);
  }
}
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });

console.log("ns for four numbers      called   in place       four       Math");
for (const name of names) {
  const f = reference[name];
  for (let i = 0; i < count; i++) {
    a[i] = positive.has(name) ? 0.01 + (8 * i) / count : (16 * i) / count - 8;
    b[i] = 3 - (5 * i) / count;
  }
  for (const way of ["called", "in place", "four"]) {
    y.fill(Number.NaN);
    exports[`${name} ${way}`]();
    for (let i = 0; i < count; i++) {
      const want = f(a[i], b[i]);
      const bound = vectorMath[name].ulp * 2 ** (Math.floor(Math.log2(Math.abs(want))) - 23);
      if (want !== 0 && !(Math.abs(y[i] - want) <= bound))
        fail(`${name} ${way}: ${a[i]}, ${b[i]} gives ${y[i]}, not ${want}`);
    }
  }
  const ways = {
    called: exports[`${name} called`],
    "in place": exports[`${name} in place`],
    four: exports[`${name} four`],
    Math: () => {
      for (let i = 0; i < count; i++) y[i] = f(a[i], b[i]);
    },
  };
  const times = Object.values(ways).map(() => []);
  for (let round = -3; round < rounds; round++) {
    for (const [k, way] of Object.values(ways).entries()) {
      const start = performance.now();
      for (let i = 0; i < repeats; i++) way();
      if (round >= 0) times[k].push(((performance.now() - start) * 1e6) / (repeats * (count / 4)));
    }
  }
  console.log(name.padEnd(20), ...times.map((each) => median(each).toFixed(2).padStart(10)));
}

function median(values) {
  return values.toSorted((p, q) => p - q)[Math.floor(values.length / 2)];
}
