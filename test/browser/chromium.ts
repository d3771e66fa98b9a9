// Finds the Chromium of this machine and starts it without a window. playwright-core brings no browser and downloads none.
// Whoever has no Chromium must hear of it: tests that were left out look like tests that passed.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const CURE = "Install one (apt install chromium), or name yours in CHROMIUM_PATH.";

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
];

export async function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  try {
    return await chromium.launch({ executablePath, args: FLAGS, timeout: 30_000 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`browser tests did not run: ${executablePath} does not start. ${CURE}\n${reason}`);
  }
}

function findChromium(): string {
  const named = process.env.CHROMIUM_PATH;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = named ? [named] : NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = candidates.find(runs);
  if (found !== undefined) return found;
  const sought = named ? `CHROMIUM_PATH names ${named}, which cannot be run` : `no ${NAMES.join(", ")} on the PATH`;
  throw new Error(`browser tests did not run: ${sought}. ${CURE}`);
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
