// Opens the built page in Firefox and does the task of each part, with and without the headers that give a page shared memory. Prints what
// each part answered, and ends with 1 if something was not answered or the console had errors. Firefox is started by its own protocol,
// WebDriver BiDi; the first run installs puppeteer-core, which speaks it, into node_modules/.cache.
//
//   npm run build:demo && npx tsx web/scripts/firefox.ts        (FIREFOX_PATH names the browser; firefox-esr on the PATH otherwise)
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { isolation, serve } from "../../test/browser/serve.ts";
import { type Driven, tasks } from "./tasks.ts";

/** What this script uses of puppeteer-core. */
interface Puppeteer {
  launch(options: {
    readonly browser: "firefox";
    readonly executablePath: string;
    readonly headless: boolean;
  }): Promise<FirefoxBrowser>;
}
interface FirefoxBrowser {
  version(): Promise<string>;
  newPage(): Promise<FirefoxPage>;
  close(): Promise<void>;
}
interface FirefoxPage extends Driven {
  setViewport(size: { readonly width: number; readonly height: number }): Promise<void>;
  goto(address: string): Promise<unknown>;
  on(event: "console", heard: (message: { type(): string; text(): string }) => void): void;
  on(event: "pageerror", heard: (error: Error) => void): void;
  close(): Promise<void>;
}

const root = resolve(import.meta.dirname, "../..");
const built = resolve(root, "web/dist");
const executablePath = process.env.FIREFOX_PATH ?? execFileSync("which", ["firefox-esr"], { encoding: "utf8" }).trim();

function puppeteer(): Puppeteer {
  const folder = resolve(root, "node_modules/.cache/chainrule-firefox");
  const require = createRequire(resolve(folder, "script.js"));
  if (!existsSync(resolve(folder, "node_modules/puppeteer-core"))) {
    mkdirSync(folder, { recursive: true });
    execFileSync("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "puppeteer-core@24"], {
      stdio: "inherit",
    });
  }
  return require("puppeteer-core") as Puppeteer;
}

let faults = 0;
const report = (text: string, isFault: boolean) => {
  console.log(`${isFault ? "FAULT  " : "       "}${text}`);
  if (isFault) faults++;
};

async function visit(browser: FirefoxBrowser, origin: string): Promise<void> {
  const page = await browser.newPage();
  await page.setViewport({ width: 1366, height: 768 });
  page.on("console", (message) => {
    if (/error|warn/.test(message.type())) report(`console: ${message.text()}`, true);
  });
  page.on("pageerror", (error) => report(`page: ${error}`, true));
  await page.goto(`${origin}/index.html`);
  for (const { name, run } of tasks) {
    const began = performance.now();
    try {
      const answer = await run(page);
      report(`${name}: ${answer} (${((performance.now() - began) / 1000).toFixed(1)} s)`, false);
    } catch (error) {
      report(`${name}: ${error instanceof Error ? error.message : error}`, true);
    }
  }
  await page.close();
}

const browser = await puppeteer().launch({ browser: "firefox", executablePath, headless: true });
try {
  console.log(await browser.version());
  for (const [what, headers] of [
    ["with shared memory", isolation],
    ["without shared memory", {}],
  ] as const) {
    console.log(what);
    const server = await serve({ "/": built }, headers);
    await visit(browser, server.origin);
    await server.close();
  }
} finally {
  await browser.close();
}
process.exitCode = faults > 0 ? 1 : 0;
