// Tests in a browser: `it` here passes over its test where scripts/browser.js finds no browser, and nothing else decides that.
// scripts/test.js then says that browser tests did not run: tests that were left out look like tests that passed.
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { it as anywhere } from "vitest";
import { cure, findBrowser } from "../../scripts/browser.js";
import { optimiseLaterInChromium } from "../../scripts/optimise-later.js";

const browser = findBrowser();

/** A test that needs a browser. Where there is none, hooks of a suite that has no other tests do not run either. */
export const it: ReturnType<typeof anywhere.skipIf> = anywhere.skipIf(browser.path === null);

// Without an omnibox's popup, a page of a thousand modules that the browser loads behind every tab (0.7 s of the processor each).
// The switch replaces the one that playwright passes: what that one names, as far as it concerns us, comes after it.
const UNWANTED = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "AimEnabled",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
];

// Without a sandbox it also starts as root and in containers; the rest keeps it from calling home.
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${UNWANTED.join(",")}`,
  optimiseLaterInChromium,
];

/** `more`: further flags. */
export async function startChromium(more: readonly string[] = []): Promise<Browser> {
  if (browser.path === null) throw new Error(`browser tests did not run: ${browser.reason}. ${cure}`);
  try {
    return await chromium.launch({ executablePath: browser.path, args: [...FLAGS, ...more], timeout: 30_000 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`browser tests did not run: ${browser.path} does not start. ${cure}\n${reason}`);
  }
}

/** A browser as a test file has it. */
export type Opened = Pick<Browser, "newContext" | "newPage" | "close">;

let shared: Promise<Browser> | null = null;

/**
 * The browser that the test files of a process share: a start takes a second of the processor. What one file opens no other sees, and
 * `close` closes what was opened here.
 */
export async function openChromium(): Promise<Opened> {
  if (!(await shared)?.isConnected()) shared = startChromium();
  const browser = await (shared as Promise<Browser>);
  const contexts: BrowserContext[] = [];
  const newContext: Browser["newContext"] = async (options) => {
    const context = await browser.newContext(options);
    contexts.push(context);
    return context;
  };
  return {
    newContext,
    newPage: async (options) => (await newContext(options)).newPage(),
    close: async () => {
      for (const context of contexts.splice(0)) await context.close();
    },
  };
}

/** For programs, which end when no browser runs. A test process ends its own. */
export const closeShared = async (): Promise<void> => (await shared)?.close();
