// The tables of bench/scaling.js: for each net and axis the measured steps, the straight line that is fitted to them, and for points that
// are off the line by more than 15 % a possible reason, from the step's kernels, its bytes and the sizes of the processor's caches.
//
//   node bench/scaling-report.js      prints the tables again, from scaling.json
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { percent, short, table, times } from "./markdown.js";
import { alongAxis, axes, nets } from "./scaling-points.js";
import { straightLine } from "./straight-line.js";

const maxDeviation = 0.15; // relative error up to which a point lies on the line
const minRunning = 0.9; // share of a point's time with a processor; below it, other programs kept the machine busy
const shortKernel = 20; // µs; in a shorter kernel the cost of starting and ending it shows
const smallBatch = 32; // examples; with fewer, reading the weights may take longer than computing with them
const caches = { L2: cache("index2"), L3: cache("index3") }; // bytes; null where the system does not tell

/** The points of an axis with their line: for each number of threads { threads, a, b, spots }, with a in ms and b in ms per operation. */
export function linesOf({ limits, points }, net, axis) {
  const on = alongAxis(points, net, axis);
  if (on.length < 2) return [];
  return limits.map(({ threads, limit }) => {
    const measured = on.map(({ times, ...point }) => {
      // Several threads also wait for each other, so only one thread's share shows whether the machine was busy.
      const running = Math.min(...times.map((time) => (time.threads === 1 ? time.running : 1)));
      return { point, ms: times.find((time) => time.threads === threads).ms, running };
    });
    const { a, b, errors } = straightLine(
      measured.map(({ point, ms }) => [point.operations, ms]),
      maxDeviation,
    );
    const spots = measured.map(({ point, ms, running }, i) => ({
      point,
      ms,
      running,
      error: errors[i],
      speed: point.operations / ms,
      share: point.operations / ms / limit,
      modelled: point.operations / (a + b * point.operations) / limit,
    }));
    return { threads, limit, a, b, spots };
  });
}

export function scalingReport(figures) {
  const { machine, limits } = figures;
  const lines = [
    "# Scaling",
    "",
    `Made by \`npm run bench\` on ${machine}; chainrule, float32, training steps. Times are medians over rounds of fresh processes. The`,
    `limit is a WebAssembly loop of independent four-wide multiply-adds in the same rounds, on as many threads: ${limits
      .map(({ threads, limit }) => `${(limit / 1e6).toFixed(1)} GFLOP/s (threads: ${threads})`)
      .join(", ")}.`,
    "Weights include the optimiser's states; activations are the layers' results; products is the share of a step's time on one thread that",
    "matrix products and convolutions take. The straight line is a + b · operations, fitted to the points that lie on it.",
    "",
    "![Share of the limit by batch, width and depth](../docs/scaling.svg)",
  ];
  for (const net of Object.keys(nets)) {
    const all = axes.map((axis) => ({ axis, each: linesOf(figures, net, axis) })).filter(({ each }) => each.length > 0);
    if (all.length === 0) continue;
    lines.push("", `## ${nets[net].title}`);
    for (const { axis, each } of all) lines.push("", ...axisLines(net, axis, each));
  }
  return `${lines.join("\n")}\n`;
}

function axisLines(net, axis, each) {
  const others = axes.filter((other) => other !== axis).map((other) => `${other} ${nets[net].base[other]}`);
  const columns = each.flatMap(({ threads }) => [
    `ms (${threads})`,
    `GFLOP/s (${threads})`,
    `limit (${threads})`,
    `line (${threads})`,
  ]);
  const facts = ["weights, MB", "activations, MB", "kernels", "products"];
  const gain = each.length > 1 ? ["× of one"] : [];
  const rows = each[0].spots.map(({ point, ms: one }, i) => [
    `${point[axis]}`,
    (point.operations / 1e6).toFixed(1),
    ...each.flatMap(({ spots }) => {
      const { ms, speed, share, error } = spots[i];
      return [short(ms), (speed / 1e6).toFixed(1), percent(share), signed(error)];
    }),
    ...gain.map(() => times(one / each.at(-1).spots[i].ms)),
    ...[megabytes(point.weights), megabytes(point.activations), `${point.kernels}`, percent(point.products)],
  ]);
  const departures = each.flatMap(({ threads, spots }) =>
    spots
      .filter(({ error }) => Math.abs(error) > maxDeviation)
      .map((spot) => `- ${axis} ${spot.point[axis]}, threads: ${threads}: ${signed(spot.error)}, ${hint(spot, spots)}`),
  );
  return [
    `### ${axis[0].toUpperCase()}${axis.slice(1)} (${others.join(", ")})`,
    "",
    ...table([axis, "million operations", ...columns, ...gain, ...facts], rows, 1),
    "",
    ...each.map(({ threads, a, b, spots }) => {
      const on = spots.filter(({ error }) => Math.abs(error) <= maxDeviation).length;
      return `- threads: ${threads}: ${(1e3 * a).toFixed(0)} µs + ${(b * 1e9).toFixed(2)} ms · billion operations (${(1 / b / 1e6).toFixed(1)} GFLOP/s), ${on} of ${spots.length} points on the line`;
    }),
    ...(departures.length > 0 ? ["", `Off the line by more than ${percent(maxDeviation)}:`, "", ...departures] : []),
  ];
}

/** Possible reasons why a point is off the line. */
function hint({ point, ms, error, running }, spots) {
  const { weights, activations, batch, width, kernels, products } = point;
  const on = spots.filter((spot) => Math.abs(spot.error) <= maxDeviation);
  const productsOnLine = on.reduce((sum, spot) => sum + spot.point.products, 0) / Math.max(1, on.length);
  const each = (1e3 * ms) / kernels;
  const larger = (bytes) => (caches.L3 && bytes > caches.L3 ? "L3" : caches.L2 && bytes > caches.L2 ? "L2" : null);
  const inL2 = caches.L2 !== null && weights + activations <= caches.L2;
  const slower = [
    running < minRunning &&
      `other programs kept the machine busy: the step had a processor for ${percent(running)} of its time`,
    each < shortKernel && `too little work per kernel: ${each.toFixed(1)} µs`,
    batch < smallBatch &&
      larger(weights) &&
      `${megabytes(weights)} MB of weights, more than the ${larger(weights)} cache, for a batch of ${batch}`,
    products < productsOnLine - 0.1 &&
      `products are ${percent(products)} of the time, on the line ${percent(productsOnLine)}`,
    larger(activations) && `${megabytes(activations)} MB of activations, more than the ${larger(activations)} cache`,
    width < 32 && `tiles of products are cut short by the width of ${width}`,
  ];
  const faster = [
    products > productsOnLine + 0.1 &&
      `products are ${percent(products)} of the time, on the line ${percent(productsOnLine)}`,
    inL2 && `weights and activations, ${megabytes(weights + activations)} MB, stay in the L2 cache`,
    each < shortKernel && "too small to have the fixed cost a of the line",
  ];
  const found = (error > 0 ? slower : faster).filter((reason) => reason);
  return found.length > 0 ? found.join("; ") : "no reason seen in its kernels and bytes";
}

const signed = (error) => `${Math.round(100 * error) < 0 ? "−" : "+"}${percent(Math.abs(error))}`;
const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1);

function cache(index) {
  try {
    const [, size, unit] = /^(\d+)([KM])/.exec(
      readFileSync(`/sys/devices/system/cpu/cpu0/cache/${index}/size`, "utf8"),
    );
    return Number(size) * { K: 1 << 10, M: 1 << 20 }[unit];
  } catch {
    return null;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(scalingReport(JSON.parse(readFileSync(new URL("scaling.json", import.meta.url), "utf8"))));
