// chainrule serve: pictures over HTTP, with the answers of predict; what is no good request is refused, and nothing ends the server but a signal.
// serve-forever.ts sends thousands of requests.

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { BadInput } from "../src/failure.ts";
import { defaultPort, listen } from "../src/serve/listen.ts";
import { chainrule, events } from "./command.ts";
import {
  ask,
  buildPages,
  formOf,
  post,
  type Running,
  raw,
  startServer,
  testPicture,
  writeTestModel,
} from "./served.ts";

const cwd = temporaryFolder();
const model = writeTestModel(join(cwd, "m.safetensors"));
let running: Running;
let port: number;

beforeAll(async () => {
  // What the page does is tested in page.test.ts.
  buildPages({ onlyMissing: true });
  running = await startServer(model, ["--max-mb", "1", "--timeout", "2", "--verbose"]);
  ({ port } = running);
}, 60_000);
afterAll(() => running.process.kill("SIGKILL"));

test("answers are those of predict, to the last bit, of pictures that come together and in a form", async () => {
  const files = Array.from({ length: 12 }, (_, n) => [`${n}.png`, testPicture(n, 8 + 5 * n)] as const);
  for (const [name, bytes] of files) writeFileSync(join(cwd, name), bytes);
  const told = events(await chainrule(["predict", model, ...files.map(([name]) => name), "--json"], { cwd }));
  const predicted = told.slice(0, -1).map(({ event: _, image: __, ...fields }) => fields);
  const answers = await Promise.all(files.map(([, bytes]) => post(port, bytes)));
  expect(answers.map(({ status }) => status)).toEqual(files.map(() => 200));
  expect(answers.map(({ text }) => JSON.parse(text))).toEqual(predicted);
  const { type, body } = formOf([...files, ["words.txt", Buffer.from("no picture")]]);
  const inForm = await post(port, body, "", type);
  const failed = { file: "words.txt", error: { code: "file", message: expect.stringContaining("neither a PNG") } };
  expect(JSON.parse(inForm.text)).toEqual({
    answers: [...files.map(([file], n) => ({ file, ...predicted[n] })), failed],
  });
  const [{ top }] = [JSON.parse((await post(port, files[0][1], "?top=1")).text)];
  expect(top).toEqual([{ class: predicted[0].class, probability: predicted[0].probability }]);
});

test("what there is to read: the page, the model, the health; HEAD and OPTIONS", async () => {
  expect(await ask(port, "/health")).toMatchObject({ status: 200, text: '{"status":"ok"}\n' });
  const about = JSON.parse((await ask(port, "/model")).text);
  expect(about).toMatchObject({
    ...{ model: "m.safetensors", classes: ["red", "green", "blue"], parameters: 579 },
    input: { channels: 3, height: 8, width: 8 },
    training: { model: "mlp", seed: 1 },
    test: { accuracy: 0.9, pictures: 40 },
  });
  const page = await ask(port, "/");
  expect(page.text).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page.text).toContain(
    '<h1><bdi>m</bdi></h1>\n<p class="lede">This net recognised 90.00 % of 40 test pictures.',
  );
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none';.*script-src 'sha256-[^ ]+';/);
  const head = await ask(port, "/", { method: "HEAD" });
  expect([head.status, head.headers["content-length"], head.text]).toEqual([200, page.headers["content-length"], ""]);
  const options = await ask(port, "/predict", { method: "OPTIONS" });
  expect([options.status, options.headers.allow]).toEqual([204, "POST, OPTIONS"]);
  expect(options.headers["access-control-allow-origin"]).toBe(undefined);
});

describe("what is refused, with a code", () => {
  const png = testPicture(1);
  const cut = png.subarray(0, png.length - 30);
  const form = formOf([["a.png", png]]);
  test.each([
    ["a path that is not there", 404, "path", () => ask(port, "/nothing")],
    ["a path that climbs", 404, "path", () => ask(port, "/../../etc/passwd")],
    ["an escaped path", 404, "path", () => ask(port, "/%2e%2e%2fetc/passwd%00")],
    ["a long path", 404, "path", () => ask(port, `/${"a".repeat(9000)}`)],
    ["too long a path", 431, "header", () => ask(port, `/${"a".repeat(20_000)}`)],
    ["another method", 405, "method", () => ask(port, "/predict", { method: "PUT", body: png })],
    ["another type", 415, "type", () => post(port, png, "", "text/plain")],
    [
      "a packed body",
      415,
      "type",
      () => ask(port, "/predict", { method: "POST", headers: { "Content-Encoding": "gzip" }, body: png }),
    ],
    ["an unknown question", 400, "query", () => post(port, png, "?tip=3")],
    ["a wrong number", 400, "query", () => post(port, png, "?top=0")],
    ["an empty body", 400, "body", () => post(port, "")],
    ["a broken form", 400, "body", () => post(port, form.body.subarray(0, 90), "", form.type)],
    ["a form without a boundary", 400, "body", () => post(port, form.body, "", "multipart/form-data")],
    ["a form without a file", 400, "body", () => post(port, "--limit--\r\n", "", form.type)],
    [
      "too many files",
      413,
      "count",
      () => post(port, formOf(Array.from({ length: 65 }, (_, n) => [`${n}`, png])).body, "", form.type),
    ],
    ["too long a body", 413, "size", () => post(port, new Uint8Array(2 ** 21))],
    [
      "too long a body in chunks",
      413,
      "size",
      () =>
        ask(port, "/predict", {
          method: "POST",
          headers: { "Transfer-Encoding": "chunked" },
          body: new Uint8Array(2 ** 21),
        }),
    ],
    ["a broken picture", 422, "file", () => post(port, cut)],
    ["no picture", 422, "file", () => post(port, "no picture")],
    ["another site's page", 403, "origin", () => ask(port, "/model", { headers: { Origin: "http://example.org" } })],
    ["another site's name", 403, "host", () => ask(port, "/model", { headers: { Host: `example.org:${port}` } })],
  ] as const)("%s", async (_, status, code, send) => {
    const told = await send();
    const { error } = JSON.parse(told.text);
    expect([told.status, error.code]).toEqual([status, code]);
    expect(error.message).toMatch(/^[^\n]{5,250}$/);
  });
});

test("what is no HTTP, what never ends, and what breaks off harm nobody", async () => {
  const began = performance.now();
  const slow = [
    raw(port, "POST /predict HTTP/1.1\r\nHost: localhost\r\n"),
    raw(port, "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nabc"),
  ];
  const others = [raw(port, "\0\x16\x03 no HTTP\r\n\r\n"), raw(port, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n")];
  const pipelined = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(20);
  const last = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  expect((await raw(port, pipelined, last)).match(/"status":"ok"/g)).toHaveLength(21);
  expect((await post(port, testPicture(3))).status).toBe(200);
  const status = (text: string) => /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
  expect((await Promise.all(others)).map(status)).toEqual(["400", "405"]);
  expect((await Promise.all(slow)).map(status)).toEqual(["408", "408"]);
  expect(performance.now() - began).toBeLessThan(30_000);
});

test("a signal ends it with 0 when the requests that have begun are answered; the log has a line for each request", async () => {
  const picture = testPicture(7, 30);
  const headers = [
    "Host: localhost",
    "Content-Type: image/png",
    `Content-Length: ${picture.length}`,
    "Expect: 100-continue",
  ];
  const told = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`POST /predict HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`),
    );
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      // The server waits for the body: it gets the signal first.
      if (text !== "HTTP/1.1 100 Continue\r\n\r\n") return;
      running.process.kill("SIGTERM");
      setTimeout(() => socket.write(picture), 100);
    });
    socket.on("close", () => resolve(text));
  });
  expect(told).toMatch(/\r\n\r\nHTTP\/1\.1 200 OK\r\n[^{]*Connection: close\r\n[^{]*\{"class":/);
  const ended = await running.ended;
  expect(ended.code).toBe(0);
  const logged = events(ended).filter(({ event }) => event === "request");
  expect(logged.length).toBeGreaterThan(45);
  const unread = logged.filter(({ method }) => method === "-").map(({ status }) => status);
  expect(unread.sort()).toEqual([400, 405, 408, 408, 431]);
  expect(logged.at(-1)).toMatchObject({ address: "127.0.0.1", method: "POST", path: "/predict", status: 200 });
  expect(events(ended).at(-1)).toMatchObject({ event: "done" });
  expect(ended.stderr).toMatch(/ POST \/predict 200 \d+ ms: \w+ \(\d+\.\d\d %\)\n/);
  expect(ended.stderr).not.toMatch(/bug/);
});

test("without --port it is the default port, or the next one that is free", async () => {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) ports.push(await listen(server, { host: "127.0.0.1", port: undefined }));
  for (const server of servers) server.close();
  expect(ports[0]).toBeGreaterThanOrEqual(defaultPort);
  expect(ports[1]).toBeGreaterThan(ports[0]);
});

test("a port that is taken, an address of another machine, and no model are refused in a line", async () => {
  const [first, second] = [createServer(), createServer()];
  const taken = await listen(first, { host: "127.0.0.1", port: 0 });
  try {
    await expect(listen(second, { host: "127.0.0.1", port: taken })).rejects.toThrow(
      new BadInput(`--port ${taken}: another program uses it; give another one, or 0 for any`),
    );
    await expect(listen(second, { host: "192.0.2.1", port: 0 })).rejects.toThrow(
      /^--host 192\.0\.2\.1: is no address of this/,
    );
  } finally {
    first.close();
  }
  writeFileSync(join(cwd, "no.safetensors"), "words");
  const { code, stderr } = await chainrule(["serve", "no.safetensors"], { cwd });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: no\.safetensors: not a model file[^\n]*\n$/)]);
});
