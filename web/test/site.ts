// The built demo as a visitor meets it: served as plain files, with or without the headers of isolation, from a folder of any name, in a
// real Chromium. Errors and warnings on the page's console count as failures, and so does a request that leaves the site.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { type Opened, openChromium, startChromium } from "../../test/browser/chromium.ts";
import { isolation, type Server, serve } from "../../test/browser/serve.ts";
import type { EngineName } from "../src/engine/port.ts";

const built = resolve(import.meta.dirname, "../dist");

const cameraFlags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
const gpuFlags = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

export interface Look {
  /** The part and its settings: "neuron", "net?data=xor". */
  readonly at?: string;
  /** The address's query: "?lang=de". */
  readonly search?: string;
  /** The browser's language, as a tag: "de-AT". */
  readonly locale?: string;
  readonly dark?: boolean;
  readonly phone?: boolean;
  readonly still?: boolean;
  /** What the browser lacks: module workers, or WebAssembly SIMD. */
  readonly without?: "workers" | "vectors";
  /** Files that do not arrive. */
  readonly broken?: RegExp;
}

/** Runs in the page before its scripts: removes what the browser is to lack. */
const removals = {
  workers: () => {
    Reflect.deleteProperty(globalThis, "Worker");
  },
  vectors: () => {
    WebAssembly.validate = () => false;
  },
} as const satisfies Record<NonNullable<Look["without"]>, () => void>;

/** Throws in an engine's worker, as if it had run out of memory. The threads of its pool have no name, and asleep they never answer. */
export async function breakDown(page: Page, engine: EngineName): Promise<void> {
  const broken = page.workers().map(async (worker) => {
    const found = await worker.evaluate((name) => {
      if (self.name !== name) return false;
      setTimeout(() => {
        throw new Error("out of memory");
      });
      return true;
    }, `chainrule ${engine}`);
    if (!found) throw new Error(`this worker is not ${engine}'s`);
  });
  await Promise.any(broken);
}

/** An open page, and the check that nothing went wrong on it. */
export interface Visit {
  readonly page: Page;
  /** Fails if the console had errors or warnings, or a request left the site; then closes. */
  leave(): Promise<void>;
}

export class Site {
  readonly #server: Server;
  readonly #browser: Opened;
  readonly #folder: string;

  private constructor(server: Server, browser: Opened, folder: string) {
    this.#server = server;
    this.#browser = browser;
    this.#folder = folder;
  }

  /**
   * `camera`: the browser has one, whose picture it makes itself, and allows it without a question. `gpu`: it has one, in software.
   */
  static async open({
    isolated = true,
    folder = "/",
    camera = false,
    gpu = false,
  }: {
    isolated?: boolean;
    folder?: string;
    camera?: boolean;
    gpu?: boolean;
  } = {}): Promise<Site> {
    if (!existsSync(resolve(built, "index.html")))
      throw new Error("the demo is not built: npm run build:demo, or npm test, which builds it");
    const server = await serve({ [folder]: built }, isolated ? isolation : {});
    const flags = [...(camera ? cameraFlags : []), ...(gpu ? gpuFlags : [])];
    return new Site(server, flags.length > 0 ? await startChromium(flags) : await openChromium(), folder);
  }

  async visit({
    at = "",
    search = "",
    locale = "en-GB",
    dark = false,
    phone = false,
    still = true,
    without,
    broken,
  }: Look = {}): Promise<Visit> {
    const context = await this.#browser.newContext({
      locale,
      viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
      hasTouch: phone,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: still ? "reduce" : "no-preference",
    });
    if (broken) await context.route(broken, (route) => route.abort());
    // Storing the whole page for a visit without a network is a second of work; offline.test.ts has pages of its own.
    await context.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "serviceWorker");
    });
    if (without) await context.addInitScript(removals[without]);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(this.#server.origin) && !/^(data|blob):/.test(url)) complaints.push(`a request to ${url}`);
    });
    await page.goto(`${this.#server.origin}${this.#folder}index.html${search}${at === "" ? "" : `#${at}`}`);
    return {
      page,
      leave: async () => {
        await context.close();
        expect(complaints).toEqual([]);
      },
    };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}
