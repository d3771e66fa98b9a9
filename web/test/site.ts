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
  /** What the GPU of the workers does: it computes exp wrongly, or it can be taken away (loseGpu). */
  readonly gpu?: "wrong" | "loses";
  /** Runs in the page before its scripts. */
  readonly before?: () => void;
}

/** Runs in the workers before they ask for a GPU. */
const gpuChanges = {
  // The higher part of ln 2, by which exp reduces its argument, with an error in its fourth digit.
  wrong: `{
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function ({ code }) {
      return createShaderModule.call(this, { code: code.replaceAll("0.693359375", "0.693459375") });
    };
  }`,
  loses: `{
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (request) {
      const device = await requestDevice.call(this, request);
      const { submit } = GPUQueue.prototype;
      device.queue.submit = function (commands) {
        submit.call(this, commands);
        if (globalThis.losesGpu) device.destroy();
        globalThis.losesGpu = false;
      };
      globalThis.losesGpu = false;
      return device;
    };
  }`,
} as const satisfies Record<NonNullable<Look["gpu"]>, string>;

/** Takes the GPU away from a worker at its next submit, as the system does. The page was opened with { gpu: "loses" }. */
export async function loseGpu(page: Page): Promise<void> {
  const lost = page.workers().map((worker) =>
    worker.evaluate(() => {
      if (!("losesGpu" in globalThis)) throw new Error("this worker has no GPU");
      Object.assign(globalThis, { losesGpu: true });
    }),
  );
  // Threads of a pool are asleep, and never answer.
  await Promise.any(lost);
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
    gpu,
    before,
  }: Look = {}): Promise<Visit> {
    const context = await this.#browser.newContext({
      locale,
      viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
      hasTouch: phone,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: still ? "reduce" : "no-preference",
    });
    if (broken) await context.route(broken, (route) => route.abort());
    if (gpu)
      await context.route(/\/worker-[^/]*\.js$/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: `${gpuChanges[gpu]}\n${await response.text()}` });
      });
    // Storing the whole page for a visit without a network is a second of work; offline.test.ts has pages of its own.
    await context.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "serviceWorker");
    });
    if (without) await context.addInitScript(removals[without]);
    if (before) await context.addInitScript(before);
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
