// Photographs every part of the built page, before and while something runs, in all sizes and colours, and reports faults of the layout
// that code can see. The pictures are for a person to look at.
//
//   npm run build:demo && npx tsx web/scripts/screens.ts FOLDER [NAME...]      (names choose settings: 390 dark)
import { existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startChromium } from "../../test/browser/chromium.ts";
import { isolation, serve } from "../../test/browser/serve.ts";
import { partIds } from "../src/parts.ts";
import { layoutFaults } from "../test/layout.ts";

const built = resolve(import.meta.dirname, "../dist");
const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) throw new Error("screens: name the folder for the pictures");
if (!existsSync(resolve(built, "index.html"))) throw new Error("screens: the demo is not built: npm run build:demo");
mkdirSync(folder, { recursive: true });

const sizes = [
  { name: "320", width: 320, height: 640 },
  { name: "390", width: 390, height: 844 },
  { name: "1366", width: 1366, height: 768 },
  { name: "1920", width: 1920, height: 1080 },
  { name: "3840", width: 3840, height: 2160 },
] as const;
const looks = [
  { name: "light", options: { colorScheme: "light" }, dir: "ltr" },
  { name: "dark", options: { colorScheme: "dark" }, dir: "ltr" },
  { name: "forced", options: { colorScheme: "dark", forcedColors: "active" }, dir: "ltr" },
  { name: "rtl", options: { colorScheme: "light" }, dir: "rtl" },
] as const;

type Size = (typeof sizes)[number];
type Look = (typeof looks)[number];
const isPhone = ({ width }: Size) => width < 600;
const isChosen = (size: Size, look: Look) =>
  (look.name !== "rtl" || size.name === "390") &&
  (names.length === 0 || [size.name, look.name].every((one) => names.includes(one) || !isNamed(one)));
/** Whether the names choose among the sizes, or among the looks, to which this one belongs. */
const isNamed = (one: string) =>
  [sizes, looks].some((list) => list.some(({ name }) => name === one) && list.some(({ name }) => names.includes(name)));

/** Presses what starts the part's run, if it has such a button. */
async function start(page: Page, part: string): Promise<boolean> {
  const button = page.locator(`#${part} button.main`).first();
  if (!(await button.isVisible()) || (await button.getAttribute("aria-disabled")) === "true") return false;
  await button.click();
  await page.waitForTimeout(1500);
  return true;
}

async function photograph(page: Page, part: string, size: Size, name: string): Promise<void> {
  const path = resolve(folder, `${name}.png`);
  const section = page.locator(`#${part}`);
  await section.evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  await page.waitForTimeout(150);
  if (isPhone(size)) await section.screenshot({ path, animations: "disabled" });
  else await page.screenshot({ path, animations: "disabled" });
  const [height, room] = await section.evaluate((element) => [
    element.getBoundingClientRect().height,
    innerHeight - (document.querySelector("header")?.getBoundingClientRect().height ?? 0),
  ]);
  if (!isPhone(size) && height > room + 1) console.log(`${name}: ${(height / room).toFixed(2)} screens high`);
  for (const fault of await layoutFaults(page, `#${part}`)) console.log(`${name}: ${fault}`);
}

async function visit(browser: Browser, origin: string, size: Size, look: Look): Promise<void> {
  const context = await browser.newContext({ ...look.options, viewport: size, hasTouch: isPhone(size), locale: "en" });
  const page = await context.newPage();
  const name = (...words: string[]) => [size.name, look.name, ...words].join("-");
  // tsx wraps functions in a helper that the page does not have.
  await page.addInitScript("globalThis.__name = (f) => f");
  page.on("console", (message) => {
    if (/error|warning/.test(message.type())) console.log(`${name()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => console.log(`${name()}: ${error}`));
  await page.goto(`${origin}/index.html`);
  await page.evaluate((dir) => {
    document.documentElement.dir = dir;
  }, look.dir);
  for (const part of ["top", ...partIds]) {
    await page.locator(`#${part}`).evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
    if (part !== "top") await page.locator(`#${part} button`).nth(1).waitFor();
    await page.waitForTimeout(700);
    await photograph(page, part, size, name(part, "before"));
    if (await start(page, part)) await photograph(page, part, size, name(part, "while"));
  }
  await context.close();
}

const server = await serve({ "/": built }, isolation);
const browser = await startChromium();
try {
  for (const size of sizes)
    for (const look of looks) if (isChosen(size, look)) await visit(browser, server.origin, size, look);
} finally {
  await browser.close();
  await server.close();
}
