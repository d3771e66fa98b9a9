// Sends thousands of requests to `chainrule serve`: good ones, broken pictures, bodies of 100 MB, slow and cut connections, path tricks,
// pipelines, many at once. None may end the server or get a wrong answer, its memory stays flat, and a signal ends it.
//
//   npx tsx cli/test/serve-forever.ts [SEED: 1] [REQUESTS: 3000] [MODEL: a small one]
import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { deflateSync } from "node:zlib";
import { framePicture } from "chainrule/node";
import sharp from "sharp";
import { crc32Of } from "../../test/io/crc.ts";
import { probabilitiesOf } from "../src/evaluate/whole-batches.ts";
import { loadModel } from "../src/model-file.ts";
import { ask, buildPages, formOf, memoryOf, post, raw, startServer, testPicture, writeTestModel } from "./served.ts";

const [seed = "1", count = "3000", given] = process.argv.slice(2);
let state = Number(seed);
/** 0 … 1, after Park and Miller. */
const random = () => (state = (16807 * state) % (2 ** 31 - 1)) / 2 ** 31;
const below = (n: number) => Math.floor(random() * n);

buildPages();
const model =
  given === undefined
    ? writeTestModel(join(mkdtempSync(join(tmpdir(), "chainrule-")), "m.safetensors"))
    : resolve(given);
const loaded = await loadModel(model);
const { classes, input, framing } = loaded.description;

async function expected(picture: Uint8Array): Promise<readonly number[]> {
  const framed = await framePicture(picture, { shape: input, framing });
  return [...(await probabilitiesOf(loaded, framed, new AbortController().signal))];
}

interface Good {
  readonly bytes: Uint8Array;
  readonly probabilities: readonly number[];
}

async function goodPictures(): Promise<readonly Good[]> {
  const pngs = Array.from({ length: 12 }, (_, n) => testPicture(n, 8 + 40 * n));
  const formats = ["jpeg", "webp", "gif", "tiff", "avif"] as const;
  const others = await Promise.all(formats.map((format) => sharp(testPicture(5, 300)).toFormat(format).toBuffer()));
  return Promise.all([...pngs, ...others].map(async (bytes) => ({ bytes, probabilities: await expected(bytes) })));
}

const goods = await goodPictures();
const anyGood = () => goods[below(goods.length)];

/** A PNG of 49 megapixels in 50 kilobytes. */
function bomb(): Buffer {
  const side = 7000;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32Of(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc(side * (side + 1)), { level: 9 });
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

const bombBytes = bomb();
const large = new Uint8Array(100 * 2 ** 20);
const running = await startServer(model, ["--timeout", "5", "--max-rate", "1000000"]);
const { port, process: server } = running;
const memory = () => memoryOf(server.pid ?? 0) ?? 0;

function check(isRight: boolean, words: string): void {
  if (!isRight) throw new Error(words);
}

/** Posts a good picture until the server has time for it. */
async function good(): Promise<void> {
  const { bytes, probabilities } = anyGood();
  for (;;) {
    const { status, text, headers } = await post(port, bytes);
    if (status === 503 && headers["retry-after"] === "1") await wait(100 + below(200));
    else {
      check(status === 200, `${status}: ${text}`);
      const { probabilities: found } = JSON.parse(text);
      check(
        classes.every((name, n) => found[name] === probabilities[n]),
        `a wrong answer: ${text}`,
      );
      return;
    }
  }
}

async function refused(told: Promise<{ status: number; text: string }>, ...statuses: number[]): Promise<void> {
  const { status, text } = await told;
  check(statuses.includes(status) && JSON.parse(text).error.message.length > 0, `${status}: ${text}`);
}

function broken(): Buffer {
  const bytes = Buffer.from(anyGood().bytes);
  const cut = bytes.subarray(0, 1 + below(bytes.length - 1));
  for (let k = below(20); k >= 0; k--) cut[below(cut.length)] = below(256);
  return cut;
}

/** A connection that sends a part of a request, slowly, and is cut or ends with what the server says. */
function slow(): Promise<void> {
  const text = `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 5000\r\n\r\n`;
  const isCut = random() < 0.5;
  return new Promise((done) => {
    let at = 0;
    const socket = connect(port, "127.0.0.1");
    const timer = setInterval(() => {
      socket.write(text[at++] ?? "x");
      if (isCut && at > 30 + below(120)) socket.destroy();
    }, 20);
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.on("close", () => {
      clearInterval(timer);
      done();
    });
  });
}

/** A good picture whose connection is cut while it is sent, or while it is recognised. */
function cut(): Promise<void> {
  const { bytes } = anyGood();
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(
        `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: ${bytes.length}\r\n\r\n`,
      );
      socket.write(bytes.subarray(0, random() < 0.5 ? bytes.length : below(bytes.length)), () =>
        setTimeout(() => socket.destroy(), below(30)),
      );
    });
    socket.on("error", () => {});
    socket.on("close", () => done());
  });
}

/** 100 MB with their length, in chunks, or after the server was asked; most clients are refused long before the end. */
async function tooLarge(): Promise<void> {
  const ways: readonly Readonly<Record<string, string>>[] = [
    {},
    { "Transfer-Encoding": "chunked" },
    { Expect: "100-continue" },
  ];
  const headers = { "Content-Type": "image/png", ...ways[below(3)] };
  await refused(ask(port, "/predict", { method: "POST", headers, body: large }), 413);
}

const tricks = [
  "/../../etc/passwd",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/..%5c..%5cwindows",
  "/predict/",
  "//predict",
  "/./predict",
  "/PREDICT",
  "/predict%00",
  "/%",
  "/%c0%ae",
  "*",
  "/model;x=1",
  `/${"a/".repeat(5000)}`,
  "/constructor",
  "/__proto__",
];

const noise = [
  "GET / HTTP/9.9\r\n\r\n",
  "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n",
  "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
  "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
  "POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  "GET / HTTP/1.1\r\n\r\n",
  `GET / HTTP/1.1\r\nHost: localhost\r\n${"X-A: b\r\n".repeat(3000)}\r\n`,
  "CONNECT evil.org:443 HTTP/1.1\r\nHost: evil.org\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n",
];

const formWith = async () => {
  const chosen = Array.from({ length: 1 + below(6) }, anyGood);
  const { type, body } = formOf(chosen.map(({ bytes }, n) => [`${n}"; x="\r.png`.replace("\r", ""), bytes]));
  const broken = random() < 0.3;
  const told = await post(port, broken ? body.subarray(0, below(body.length)) : body, "", type);
  if (broken) check([400, 503].includes(told.status), `a broken form: ${told.status} ${told.text}`);
  else if (told.status !== 503) {
    const { answers } = JSON.parse(told.text);
    const isRight = chosen.every(({ probabilities }, n) => answers[n].probabilities[classes[0]] === probabilities[0]);
    check(isRight, `wrong answers: ${told.text}`);
  }
};

const kinds: readonly (readonly [name: string, weight: number, send: () => Promise<unknown>])[] = [
  ["good", 40, good],
  ["forms", 8, formWith],
  // Some damage leaves a picture that can be read.
  [
    "broken pictures",
    20,
    () => post(port, broken()).then(({ status, text }) => check([200, 422, 400, 503].includes(status), text)),
  ],
  ["bombs", 1, () => post(port, bombBytes).then(({ status, text }) => check([200, 422, 503].includes(status), text))],
  ["100 MB", 3, tooLarge],
  ["slow", 3, slow],
  ["cut", 8, cut],
  ["paths", 8, () => refused(ask(port, tricks[below(tricks.length)]), 404)],
  [
    "noise",
    6,
    () => raw(port, noise[below(noise.length)]).then((text) => check(/^HTTP\/1\.1 [2345]\d\d/.test(text), text)),
  ],
  [
    "pipelines",
    2,
    () =>
      raw(
        port,
        "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50),
        "GET /model HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      ).then((text) => check(text.split('"status":"ok"').length === 51, text)),
  ],
  ["many at once", 1, () => Promise.all(Array.from({ length: 100 }, good))],
];
const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
const sent = new Map<string, number>();

function drawKind(): (typeof kinds)[number] {
  let place = random() * total;
  return kinds.find(([, weight]) => (place -= weight) < 0) ?? kinds[0];
}

/** Sends so many requests, 16 at a time. */
async function send(requests: number): Promise<void> {
  let left = requests;
  const lane = async () => {
    while (left-- > 0) {
      const [name, , go] = drawKind();
      sent.set(name, (sent.get(name) ?? 0) + (name === "many at once" ? 100 : name === "pipelines" ? 51 : 1));
      await go().catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${name}: ${error instanceof Error ? error.message : error}`, { cause: error });
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
// What the first requests load and compile stays. After that memory may vary by what is on its way, and may not grow.
await send(Number(count) / 3);
const began = performance.now();
const readings: number[] = [];
for (let k = 0; k < 4; k++) {
  await send(Number(count) / 6);
  await wait(500);
  readings.push(memory());
  console.log(`${k + 1}/4: the server holds ${megabytes(memory())} MB`);
}
await good();
console.log([...sent].map(([name, n]) => `${name} ${n}`).join(", "));
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s for the last two thirds`);
check(Math.min(readings[2], readings[3]) < 1.25 * Math.max(readings[0], readings[1]), "the server's memory grows");
const stopping = performance.now();
server.kill("SIGTERM");
const { code, stderr } = await running.ended;
const seconds = (performance.now() - stopping) / 1000;
check(code === 0 && seconds < 6, `it ended with ${code} after ${seconds} s`);
check(!stderr.includes("bug"), stderr);
console.log(`it ended with 0 after ${seconds.toFixed(1)} s`);
