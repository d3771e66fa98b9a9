// After one visit the page works without a network, and has threads on a host that sends no headers. A new version waits for the visitor.
import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it, type Opened, openChromium } from "../../../test/browser/chromium.ts";
import { type Server, serve } from "../../../test/browser/serve.ts";
import { stepOf } from "../net/figures.ts";

let [folder, server, browser] = ["", null as unknown as Server, null as unknown as Opened];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chainrule-page-"));
  await cp(resolve(import.meta.dirname, "../../dist"), folder, {
    recursive: true,
    filter: (path) => !path.endsWith(".gz"),
  });
  server = await serve({ "/deep/path/": folder });
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const address = () => `${server.origin}/deep/path/index.html`;
/** Waits until this version's service worker has stored the page and answers for it. */
const stored = (page: Page) =>
  expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

it("works offline after one visit, with every part that needs no data, and with threads", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address());
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await stored(page);
  await page.reload();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

  await context.setOffline(true);
  await page.goto(`${address()}?lang=es#net?to=20`);
  await page.getByRole("heading", { level: 1, name: "Así aprenden las redes neuronales" }).waitFor();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect.poll(() => stepOf(page.locator("#net"))).toBe(20);
  await page.locator("#top").scrollIntoViewIfNeeded();
  await expect.poll(() => page.getByTestId("hero-verdict").textContent()).toContain("un 3");
  expect(complaints).toEqual([]);
  await context.close();
});

it("announces a new version, shows it when the visitor wants it, and removes the old one's files", async () => {
  const page = await browser.newPage();
  await page.goto(address());
  await stored(page);
  const before = await page.evaluate(() => caches.keys());
  const bytes = `self.addEventListener("install", () => caches.open("chainrule /deep/path/ page old"));`;
  await appendFile(join(folder, "service-worker.js"), bytes);
  await page.reload();
  const offer = page.getByRole("status").filter({ hasText: "There is a new version" });
  await offer.waitFor();
  const loaded = page.waitForEvent("load");
  await offer.getByRole("button", { name: "Load it" }).click();
  await loaded;
  await expect.poll(() => page.evaluate(() => caches.keys())).toEqual(before);
  expect(await offer.count()).toBe(0);
  await page.context().close();
});

it("can be installed: a manifest, whose icons have the sizes that it names", async () => {
  const page = await browser.newPage();
  await page.goto(address());
  const sizes = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
    const manifest = await (await fetch(link?.href ?? "")).json();
    const icons: { src: string; sizes: string }[] = manifest.icons;
    return Promise.all(
      icons.map(async ({ src, sizes: named }) => {
        const image = new Image();
        image.src = new URL(src, link?.href).href;
        await image.decode();
        return [named, named === "any" ? "any" : `${image.naturalWidth}x${image.naturalHeight}`];
      }),
    );
  });
  expect(sizes.length).toBeGreaterThan(2);
  for (const [named, found] of sizes) expect(found).toBe(named);
  const devtools = await page.context().newCDPSession(page);
  const { errors } = await devtools.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  await page.context().close();
});
