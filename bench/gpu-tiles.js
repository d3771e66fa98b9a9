// What a tile of a matrix product costs on a GPU, counted in its loop program: the bytes that a workgroup loads from and stores to global
// memory, the vectors that it loads from workgroup memory, and its multiply-adds. Nothing runs on a GPU, and no figure is a time.
//
//   node bench/gpu-tiles.js        prints the tables of docs/performance.md
import { fuse } from "../dist/compiler/fuse.js";
import { parse } from "../dist/compiler/graph-text.js";
import { valueAfter } from "../dist/loops/interpret.js";
import { operandsOf } from "../dist/loops/operands.js";
import { expressionsOf } from "../dist/loops/uses.js";
import { leastLimits } from "../dist/schedule/gpu/dispatch.js";
import { cutMatmul } from "../dist/schedule/gpu/products/cut-matmul.js";
import { memoryOf, planTile, threadsOf, tileLimits } from "../dist/schedule/gpu/products/tiles.js";
import { table } from "./markdown.js";

const gpu = { ...leastLimits, workgroupBytes: 32768 };
const lanes = (type) => (type.endsWith("x4") ? 4 : 1);

/** What one thread of the first workgroup does. Conditions and bounds follow from its place alone. */
class Count {
  globalBytes = 0;
  sharedLoads = 0;
  sharedBytes = 0;
  multiplyAdds = 0;
  #values = new Map();
  #shared = new Set();

  constructor({ routine, operands }, place) {
    for (const [i, parameter] of routine.parameters.entries()) this.#values.set(parameter, [place[i]]);
    this.globalMemories = new Set(routine.memories.filter((_, i) => operands[i].source.kind !== "failures"));
    this.#run(routine.body);
  }

  #number(expression) {
    return Number(valueAfter([], expression, this.#values)[0]);
  }

  #touch(memory, count, isLoad) {
    if (this.globalMemories.has(memory)) this.globalBytes += 4 * count;
    else if (this.#shared.has(memory) && isLoad) {
      this.sharedLoads++;
      this.sharedBytes += 4 * count;
    }
  }

  /** Counts the loads and multiply-adds of an expression. */
  #expression(expression) {
    for (const operand of operandsOf(expression)) this.#expression(operand);
    if (expression.kind === "load") this.#touch(expression.place.memory, lanes(expression.type), true);
    if (expression.kind === "operation" && expression.operation === "multiplyAdd")
      this.multiplyAdds += lanes(expression.type);
  }

  #run(statements) {
    for (const statement of statements) {
      if (statement.kind === "shared") this.#shared.add(statement.memory);
      for (const expression of expressionsOf(statement)) this.#expression(expression);
      if (statement.kind === "store") this.#touch(statement.place.memory, statement.lanes, false);
      if (statement.kind === "let" && isOfPlace(statement.value))
        this.#values.set(statement.variable, valueAfter([], statement.value, this.#values));
      if (statement.kind === "if")
        this.#run(this.#number(statement.condition) === 0 ? statement.whenFalse : statement.whenTrue);
      if (statement.kind === "for")
        for (let i = this.#number(statement.from); i < this.#number(statement.to); i += statement.step) {
          this.#values.set(statement.index, [i]);
          this.#run(statement.body);
        }
    }
  }
}

/** Whether an expression is an integer that follows from the thread's place. */
const isOfPlace = (expression) =>
  expression.type === "i32" && expression.kind !== "load" && operandsOf(expression).every(isOfPlace);

/** The dispatches of a product of m × k by k × n. */
function dispatchesOf({ m, n, k }, limits) {
  const graph = parse(`graph
  %0 = argument 0 : float32[${m},${k}]
  %1 = argument 1 : float32[${k},${n}]
  %2 = matmul %0, %1 : float32[${m},${n}]
  return %2
`);
  const [kernel] = fuse(graph).kernels;
  return cutMatmul(kernel, gpu, () => 0, limits).dispatches;
}

/** The sums of the counts of all threads of one workgroup, for a sum of k terms. */
function countTile(tile, k) {
  const limits = { ...tileLimits, tiles: [tile], enoughGroups: 1 };
  const [dispatch] = dispatchesOf({ m: 2 * tile.m, n: 2 * tile.n, k }, limits);
  const [x, y] = dispatch.workgroupSize;
  const total = { globalBytes: 0, sharedLoads: 0, sharedBytes: 0, multiplyAdds: 0 };
  for (let j = 0; j < y; j++)
    for (let i = 0; i < x; i++) {
      const own = new Count(dispatch, [0, 0, 0, i, j, 0]);
      for (const name of Object.keys(total)) total[name] += own[name];
    }
  return total;
}

const terms = 512;
const rows = tileLimits.tiles.map((tile) => {
  const { globalBytes, sharedLoads, sharedBytes, multiplyAdds } = countTile(tile, terms);
  if (multiplyAdds !== tile.m * tile.n * terms) throw new Error(`${multiplyAdds} multiply-adds of a tile of ${tile.m}`);
  const [x, y] = threadsOf(tile);
  const flops = 2 * multiplyAdds;
  return [
    `${tile.m} × ${tile.n} × ${tile.depth}`,
    `${x * y}`,
    `${tile.rows} × ${tile.columns}`,
    ((4 * memoryOf(tile)) / 1024).toFixed(1),
    (globalBytes / flops).toFixed(4),
    (flops / globalBytes).toFixed(1),
    (sharedBytes / flops).toFixed(2),
    (multiplyAdds / sharedLoads).toFixed(0),
  ];
});
console.log(`A tile of m × n sums, ${terms} terms:\n`);
console.log(
  table(
    [
      "tile",
      "threads",
      "sums of a thread",
      "kB",
      "bytes per FLOP",
      "FLOP per byte",
      "workgroup bytes per FLOP",
      "FMA per load",
    ],
    rows,
    1,
  ).join("\n"),
);

const products = [256, 512, 1024, 2048, 4096].map((size) => {
  const { tile, parts } = planTile({ m: size, n: size, k: size, batch: 1 }, tileLimits, gpu);
  const dispatches = dispatchesOf({ m: size, n: size, k: size }, tileLimits);
  const groups = dispatches[0].workgroups.reduce((product, count) => product * count);
  const { globalBytes, multiplyAdds } = countTile(tile, 512);
  const whole = (globalBytes / (2 * multiplyAdds)) * 2 * size ** 3;
  return [
    `${size}`,
    `${tile.m} × ${tile.n}`,
    `${parts}`,
    `${groups}`,
    `${groups * threadsOf(tile)[0] * threadsOf(tile)[1]}`,
    (whole / 1e6).toFixed(0),
    ((3 * 4 * size ** 2) / 1e6).toFixed(1),
  ];
});
console.log("\nProducts of n × n:\n");
console.log(
  table(["n", "tile", "parts", "workgroups", "threads", "MB moved", "MB of the matrices"], products, 1).join("\n"),
);
