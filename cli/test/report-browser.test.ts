// The page of a report is parsed strictly, as XML, and opened in Chromium, in both colour schemes and at two widths, where it may load
// nothing, overflow nowhere, and every text has to be legible.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { it, type Opened, openChromium } from "../../test/browser/chromium.ts";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { illegible, overflowing } from "./report-legible.ts";
import { pages } from "./report-pages.ts";

describe("the page in Chromium", () => {
  let browser: Opened;
  const folder = temporaryFolder();
  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(async () => browser?.close());

  it.each(pages)(
    "%s: well-formed, quiet, legible and within its width, light and dark, wide and narrow",
    async (_, page, data) => {
      const file = join(folder, "report.html");
      writeFileSync(file, page);
      const tab = await browser.newPage();
      const [requests, complaints] = [[] as string[], [] as string[]];
      tab.on("request", (request) => requests.push(request.url().slice(0, 30)));
      tab.on("console", (message) => complaints.push(message.text()));
      tab.on("dialog", (dialog) => complaints.push(dialog.message()));
      for (const colorScheme of ["light", "dark"] as const)
        for (const width of [1280, 360]) {
          await tab.emulateMedia({ colorScheme });
          await tab.setViewportSize({ width, height: 800 });
          requests.length = 0;
          await tab.goto(pathToFileURL(file).href);
          expect(requests.filter((url) => !/^(file:|data:image\/png)/.test(url))).toEqual([]);
          expect(requests.filter((url) => url.startsWith("file:"))).toHaveLength(1);
          expect(complaints).toEqual([]);
          expect(await tab.evaluate(overflowing), `${width}`).toEqual([]);
          expect(await tab.evaluate(illegible), colorScheme).toEqual([]);
          const loaded = await tab.evaluate(() => [...document.images].every((image) => image.naturalWidth > 0));
          expect(loaded).toBe(true);
          if (width === 1280 && colorScheme === "light") {
            const problem = await tab.evaluate((text) => {
              const parsed = new DOMParser().parseFromString(
                text.replace("<!doctype html>", ""),
                "application/xhtml+xml",
              );
              return parsed.querySelector("parsererror")?.textContent ?? null;
            }, page);
            expect(problem).toBeNull();
            const seen = await tab.evaluate(() => ({
              title: document.title,
              policy: document.querySelector("meta[http-equiv]")?.getAttribute("content"),
              scripts: document.scripts.length,
              headings: [...document.querySelectorAll("h2")].map(({ textContent }) => textContent),
              cells: document.querySelectorAll(".matrix td").length,
              rowHeads: [...document.querySelectorAll(".matrix tbody th")].map(({ textContent }) => textContent),
              pictures: document.querySelectorAll(".gallery img[alt]").length,
              byClass: document.querySelectorAll(".classes tbody tr").length,
              filters: document.querySelectorAll(".filters figure").length,
              tree: document.querySelector(".tree")?.textContent,
              // A path with NaN in it is drawn only up to there.
              broken: [...document.querySelectorAll("path")].some((path) =>
                /NaN|Infinity/.test(path.getAttribute("d") ?? ""),
              ),
            }));
            const readable = (text: string) => text.replace(/\p{Cc}|\p{Cs}/gu, "\ufffd");
            expect(seen.title).toBe(
              `${data.title}: ${/[\d.]+/.exec(/<title>.*: (.*)<\/title>/.exec(page)?.[1] ?? "")?.[0]}\u202f%`,
            );
            expect(seen.policy).toMatch(/^default-src 'none'; img-src data:; style-src 'unsafe-inline';/);
            expect(seen.scripts).toBe(0);
            expect(seen.headings).toEqual([
              ...["How the net learned", "What it confuses", "Its worst mistakes", "Class by class"],
              ...(data.filters === null ? [] : ["What the first layer looks for"]),
              ...["The net", "Repeat this run"],
            ]);
            expect(seen.cells).toBe(data.classes.length ** 2);
            expect(seen.rowHeads).toEqual(data.classes.map(readable));
            expect(seen.pictures).toBe(data.mistakes.length);
            expect(seen.byClass).toBe(data.classes.length);
            expect(seen.filters).toBe(data.filters?.total ?? 0);
            expect(seen.tree).toBe(data.tree);
            expect(seen.broken).toBe(false);
          }
        }
      await tab.close();
    },
  );
});
