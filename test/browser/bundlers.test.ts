// Pages as people make them: chainrule, installed from its files, in a page that webpack or Vite has built, that Vite's development
// server serves, or that nobody has bundled. Everywhere a worker of the page gets a second thread if the page is isolated, everywhere
// the losses are those of Node, to the bit, and no bundler has a warning to give.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { bundleWithVite, bundleWithWebpack, develop } from "./bundle.ts";
import { type Training, train } from "./bundlers/train.js";
import { it, type Opened, openChromium } from "./chromium.ts";
import { isolation, serve } from "./serve.ts";
import { build } from "./site.ts";

interface Outcome {
  readonly isolated: boolean;
  readonly here: Training;
  /** With the addresses of the workers that the library started. */
  readonly inWorker: Training & { readonly workers: readonly string[] };
}

type Headers = Readonly<Record<string, string>>;

const shared = { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" };
const noMemory = "one thread: there is no shared memory here (a page has it when it is cross-origin isolated)";
const noWaiting = "one thread: a page's main thread may not wait for others (in a Web Worker there are threads)";

const root = resolve(import.meta.dirname, "..", "..");
const sources = ["page.js", "worker.js", "train.js"];
/** A project: the page, and in node_modules the library as it is packed. */
const project = mkdtempSync(join(tmpdir(), "chainrule-bundlers-"));
const closers: (() => unknown)[] = [() => rmSync(project, { recursive: true })];
let browser: Opened;
let losses: readonly number[];

beforeAll(async () => {
  build();
  const library = join(project, "node_modules", "chainrule");
  mkdirSync(library, { recursive: true });
  for (const name of ["package.json", "dist"]) cpSync(join(root, name), join(library, name), { recursive: true });
  for (const name of sources) cpSync(join(import.meta.dirname, "bundlers", name), join(project, name));
  cpSync(join(import.meta.dirname, "bundlers", "page.html"), join(project, "index.html"));
  writeFileSync(join(project, "package.json"), `{ "type": "module", "dependencies": { "chainrule": "*" } }`);
  browser = await openChromium();
  closers.push(() => browser.close());
  ({ losses } = await train({ threads: 1 }));
}, 120_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** What the page at an address comes to; nothing may be said on its console, and no request may fail, unless it is expected to. */
async function visit(url: string, missing: string | null = null): Promise<Outcome> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("response", (response) => {
    if (!response.ok() && response.url() !== missing) complaints.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(url);
  await page.waitForFunction("globalThis.outcome !== undefined", null, { timeout: 50_000 }).catch((error) => {
    throw new Error([error, ...complaints].join("\n"));
  });
  const outcome: Outcome = await page.evaluate("globalThis.outcome");
  await page.close();
  expect(complaints).toEqual([]);
  return outcome;
}

function expectLosses({ here, inWorker }: Outcome): void {
  for (const training of [here, inWorker]) {
    expect(training.error).toBe(undefined);
    expect(training.alone).toEqual(losses);
    expect(training.losses).toEqual(losses);
  }
}

function expectThreads(outcome: Outcome): void {
  expectLosses(outcome);
  expect(outcome.isolated).toBe(true);
  expect(outcome.inWorker.about).toBe("up to 2 threads");
  expect(outcome.inWorker.together).toBeGreaterThan(0);
  expect(outcome.here.about).toBe(noWaiting);
}

function expectOneThread(outcome: Outcome): void {
  expectLosses(outcome);
  expect(outcome.isolated).toBe(false);
  expect([outcome.inWorker.about, outcome.here.about]).toEqual([noMemory, noMemory]);
  expect(outcome.inWorker.workers).toEqual([]);
}

/** Serves what lies in a folder below /some/where/, as a page of a larger site. */
async function host(folder: string, headers: Headers, mounted: Headers = {}): Promise<string> {
  const server = await serve({ ...mounted, "/some/where/": folder }, headers);
  closers.push(() => server.close());
  return `${server.origin}/some/where/`;
}

describe.each([
  { name: "webpack", bundle: bundleWithWebpack },
  // Its default; the demo, which web/test uses, has its workers as modules.
  { name: "Vite", bundle: (from: string, to: string) => bundleWithVite(from, to, "iife") },
])("a page built by $name", ({ name, bundle }) => {
  const folder = join(project, `built by ${name}`);
  let complaints: readonly string[];
  let worker: URL;

  beforeAll(async () => {
    complaints = await bundle(project, folder);
  }, 120_000);

  it("is built without a warning", () => {
    expect(complaints).toEqual([]);
  });

  it("has threads if it is isolated, from a file of the site", async () => {
    const site = await host(folder, isolation);
    const outcome = await visit(`${site}index.html`);
    expectThreads(outcome);
    expect(outcome.inWorker.workers).toEqual([expect.stringMatching(/\.js$/)]);
    worker = new URL(outcome.inWorker.workers[0]);
    expect(worker.href.startsWith(site)).toBe(true);
  });

  it("has threads without that file, from the text of it that went through the bundler", async () => {
    const site = await host(folder, isolation, { [worker.pathname]: join(project, "nowhere") });
    const missing = new URL(worker.pathname, site).href;
    const outcome = await visit(`${site}index.html`, missing);
    expectThreads(outcome);
    expect(outcome.inWorker.workers).toEqual([missing, expect.stringMatching(/^blob:/)]);
  });

  it("has one thread if it is not, and says why", async () => {
    expectOneThread(await visit(`${await host(folder, {})}index.html`));
  });
});

describe("a page that Vite's development server serves, with chainrule among what it bundles beforehand", () => {
  async function visitServed(headers: Headers): Promise<Outcome> {
    const server = await develop(project, headers);
    try {
      const outcome = await visit(server.url);
      expect(server.bundled()).toEqual(["chainrule"]);
      expect(server.complaints).toEqual([]);
      return outcome;
    } finally {
      await server.close();
    }
  }

  it("has threads if it is isolated", async () => {
    const outcome = await visitServed(isolation);
    expectThreads(outcome);
    expect(outcome.inWorker.workers).toEqual([expect.stringMatching(/^blob:/)]);
  });

  it("has one thread if it is not, and says why", async () => {
    expectOneThread(await visitServed({}));
  });
});

describe("a page that nobody has bundled", () => {
  const plain = join(project, "plain");

  /** The page's files, with the library at an address. */
  function write(library: string): void {
    cpSync(join(project, "index.html"), join(plain, "index.html"));
    for (const name of sources) {
      const code = readFileSync(join(project, name), "utf8");
      writeFileSync(join(plain, name), code.replace(`"chainrule"`, JSON.stringify(library)));
    }
  }

  it("has threads if it is isolated", async () => {
    write("/dist/index.js");
    const site = await host(plain, isolation, { "/dist/": join(root, "dist") });
    const outcome = await visit(`${site}index.html`);
    expectThreads(outcome);
    expect(outcome.inWorker.workers).toEqual([new URL("/dist/backends/wasm/threads/chainrule-worker.js", site).href]);
  });

  it("has them from a library on another origin, whose file cannot be a worker here", async () => {
    const other = await serve({ "/dist/": join(root, "dist") }, shared);
    closers.push(() => other.close());
    write(`${other.origin}/dist/index.js`);
    const outcome = await visit(`${await host(plain, isolation)}index.html`);
    expectThreads(outcome);
    expect(outcome.inWorker.workers).toEqual([expect.stringMatching(/^blob:/)]);
  });
});
