// A server of `chainrule serve` for tests, and requests as they come: whole ones, and bytes that are no request at all.
import { type ChildProcess, execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tensor } from "chainrule";
import { type Description, writeModel } from "chainrule/model";
import { PNG } from "pngjs";
import { chainruleProcess, type Finished } from "./command.ts";

/** Makes the scripts of the pages, so that no old ones are tested; with `onlyMissing` not where there are any. */
export function buildPages({ onlyMissing = false } = {}): void {
  const [script, built] = ["../scripts/bundle.js", "../dist/page/served.js"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  if (!(onlyMissing && existsSync(built))) execFileSync(process.execPath, [script]);
}

/** A model of 3 classes for coloured pictures of 8 px; a formula makes its weights. */
export function writeTestModel(file: string, classes: readonly string[] = ["red", "green", "blue"]): string {
  const description: Description = {
    architecture: [["Flatten"], ["Linear", 192, classes.length]],
    ...{ input: [3, 8, 8], classes, framing: "plain", seed: 1 },
    normalisation: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  };
  const weight = Float32Array.from({ length: 192 * classes.length }, (_, i) =>
    Math.floor((i % 192) / 64) === Math.floor(i / 192) % 3 ? 0.02 : 0.001 * Math.sin(i),
  );
  const tensors = {
    "1.weight": tensor(weight, { shape: [classes.length, 192] }),
    "1.bias": tensor(new Float32Array(classes.length)),
  };
  const test = { accuracy: 0.9, pictures: 40, fingerprint: "x", copies: 0, withoutCopies: 0.9 };
  const training = { seed: 1, model: "mlp", test };
  writeFileSync(file, writeModel(description, new Map(Object.entries(tensors)), { training }));
  return file;
}

/** A coloured PNG of its own for each number. */
export function testPicture(n: number, side = 8): Buffer {
  const png = new PNG({ width: side, height: side });
  for (let i = 0; i < side * side; i++)
    png.data.set([(n * 37 + i) % 256, (n * 11 + 5 * i) % 256, (n * 71) % 256, n % 4 === 0 ? 150 : 255], 4 * i);
  return PNG.sync.write(png);
}

export interface Running {
  readonly process: ChildProcess;
  readonly port: number;
  readonly ended: Promise<Finished>;
}

/** Starts a server and waits until it listens. */
export function startServer(model: string, words: readonly string[] = []): Promise<Running> {
  return new Promise((resolve, reject) => {
    let running: ChildProcess | null = null;
    const args = ["serve", model, "--port", "0", "--json", ...words];
    const ended = chainruleProcess(args, {
      cwd: join(model, ".."),
      started: (process) => {
        running = process;
      },
      watch: (stdout, process) => {
        const [, port] = /"event":"listening".*"port":(\d+)/.exec(stdout) ?? [];
        if (port !== undefined && running !== null) resolve({ process, port: Number(port), ended });
      },
    });
    void ended.then(({ stderr }) => reject(new Error(stderr)));
  });
}

export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** Sends a request; the path goes out as it stands. */
export function ask(port: number, path: string, { method = "GET", headers = {}, body }: Sending = {}): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Posts a picture. */
export const post = (port: number, body: Uint8Array | string, query = "", type = "image/png"): Promise<Told> =>
  ask(port, `/predict${query}`, { method: "POST", headers: { "Content-Type": type }, body });

/** A form with these files, and its type. */
export function formOf(files: readonly (readonly [name: string, bytes: Uint8Array])[]): {
  readonly type: string;
  readonly body: Buffer;
} {
  const parts = files.flatMap(([name, bytes]) => [
    Buffer.from(`--limit\r\nContent-Disposition: form-data; name="picture"; filename="${name}"\r\n\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ]);
  return { type: "multipart/form-data; boundary=limit", body: Buffer.concat([...parts, Buffer.from("--limit--\r\n")]) };
}

/** Sends bytes over a connection, and returns all that comes back until the server closes it. */
export function raw(port: number, ...parts: readonly (Uint8Array | string)[]): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      for (const part of parts) socket.write(part);
    });
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}

/** The bytes of memory that a process holds, as Linux tells it; null elsewhere. */
export function memoryOf(pid: number): number | null {
  try {
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return null;
  }
}
