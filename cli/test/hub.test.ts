// Nets of the hub: what is fetched, kept and refused. A server on loopback stands for the hub.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { backboneNames } from "chainrule/model";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { BadInput, GaveUp } from "../src/failure.ts";
import { hubBytes } from "../src/hub/hub.ts";
import { addressOf, hubNet, hubNets } from "../src/hub/nets.ts";
import { networkReason } from "../src/hub/reasons.ts";
import { Screen } from "../src/terminal/screen.ts";
import { namedBackbone } from "../src/transfer/backbone.ts";
import { writeBackbone } from "./backbone-file.ts";
import { chainrule, events } from "./command.ts";
import { writePictures } from "./pictures.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer = () => {};
const requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(request.url ?? "");
  answer(request, response);
});
let hub = "";
/** An address at which nothing listens. */
let nobody = "";
const listen = async (one: Server): Promise<string> => {
  await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
};
beforeAll(async () => {
  const closed = createServer();
  [hub, nobody] = [await listen(server), await listen(closed)];
  await new Promise((resolve) => closed.close(resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const content = Buffer.from("the bytes of a net");
const sha256 = createHash("sha256").update(content).digest("hex");
const said: string[] = [];
const screen = new Screen(true);
screen.say = (text = "") => void said.push(text);
screen.event = () => {};

/** A net without and one with a known checksum. */
const [unknown, known] = ["vit_tiny_patch16_224", "mobilenetv2_100"].map((name) => {
  const net = hubNet(name);
  if (net === null) throw new Error(`no net ${name}`);
  return net;
});
let cache = "";
const nets = () => (existsSync(join(cache, "nets")) ? readdirSync(join(cache, "nets")) : []);
const path = (net = unknown) => join(cache, "nets", `${net.repository.slice(5)}.safetensors`);
const get = (
  net = unknown,
  options: { offline?: boolean; signal?: AbortSignal; address?: string; stallMs?: number } = {},
) => {
  const { offline = false, signal = new AbortController().signal, address = hub, stallMs } = options;
  const env = { CHAINRULE_HUB: address, CHAINRULE_CACHE: cache };
  return hubBytes(net, { screen, signal, offline, stallMs, env });
};
beforeEach(() => {
  cache = temporaryFolder();
  said.length = 0;
  requests.length = 0;
});

/** As the hub answers: a redirect that tells the checksum and the size, and the file elsewhere. */
const asHub =
  (bytes: Buffer, headers: Record<string, string> = {}): Answer =>
  ({ url }, response) => {
    const linked = { "x-linked-etag": `"${sha256}"`, "x-linked-size": String(content.length), ...headers };
    if (url?.includes("/resolve/")) response.writeHead(302, { location: "/files/1", ...linked }).end();
    else response.writeHead(200, { "content-length": bytes.length }).end(bytes);
  };

describe("a net that is fetched", () => {
  test("comes from its address by a redirect, is checked and kept, and is not fetched again", async () => {
    answer = asHub(content);
    expect(Buffer.from(await get())).toEqual(content);
    expect(requests).toEqual([`/${unknown.repository}/resolve/main/model.safetensors`, "/files/1"]);
    expect(said[0]).toBe(
      `fetching ${unknown.repository}, about 22.9 MB, licence Apache-2.0, from ${hub}/${unknown.repository}/resolve/main/model.safetensors`,
    );
    expect(said[1]).toMatch(/its checksum is right$/);
    expect(nets().sort()).toEqual(["json", "safetensors"].map((end) => `${unknown.repository.slice(5)}.${end}`));
    expect(Buffer.from(await get(unknown, { offline: true }))).toEqual(content);
    expect(requests).toHaveLength(2);
  });

  test("is fetched again where it has changed since, and the new one is kept", async () => {
    answer = asHub(content);
    await get();
    writeFileSync(path(), "damaged");
    await expect(get(unknown, { offline: true })).rejects.toThrow(/^--offline:/);
    expect(Buffer.from(await get())).toEqual(content);
    expect(said.join("\n")).toMatch(/has changed since it was fetched, so it is not used/);
    expect(readFileSync(path())).toEqual(content);
  });

  test("has a digest in its record where no server tells one, which is said", async () => {
    answer = (_, response) => void response.end(content);
    await get();
    expect(said[1]).toContain(`no checksum of it is known; it has sha256 ${sha256}`);
    expect(JSON.parse(readFileSync(path().replace(".safetensors", ".json"), "utf8"))).toMatchObject({ sha256 });
  });

  test("may be put there by hand, if its checksum is the known one", async () => {
    mkdirSync(join(cache, "nets"), { recursive: true });
    for (const net of [unknown, known]) writeFileSync(path(net), content);
    expect(Buffer.from(await get(unknown, { offline: true }))).toEqual(content);
    await expect(get(known)).rejects.toThrow(
      /has the checksum sha256 .*; remove it, or use it as --from mobilenetv2_100=/,
    );
    expect(requests).toEqual([]);
  });
});

describe("a net that cannot be had leaves nothing behind, and the message has the cure", () => {
  const refused = async (words: RegExp, net = unknown, options = {}) => {
    const error: unknown = await get(net, options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BadInput);
    const { message } = error as BadInput;
    expect(message).toMatch(words);
    expect(message).toContain(path(net));
    expect(message.split("\n").length).toBeLessThanOrEqual(3);
    expect(nets()).toEqual([]);
  };

  test.each<[string, Answer, RegExp]>([
    [
      "another checksum than the hub tells",
      asHub(content, { "x-linked-etag": `"${"0".repeat(64)}"` }),
      /another checksum, sha256/,
    ],
    [
      "another length than the hub tells",
      asHub(content, { "x-linked-size": "99" }),
      /sent 18 bytes, but the file has 99/,
    ],
    ["no such file", (_, response) => void response.writeHead(404).end("no"), /there is no such file \(HTTP 404\)/],
    [
      "too many requests",
      (_, response) => void response.writeHead(429, { "retry-after": "7" }).end(),
      /\(HTTP 429\); try again in 7 s/,
    ],
    ["a server in trouble", (_, response) => void response.writeHead(503).end(), /in trouble \(HTTP 503\)/],
    [
      "a redirect without end",
      (_, response) => void response.writeHead(302, { location: "/again" }).end(),
      /more than 5 other addresses/,
    ],
    [
      "a redirect to a file",
      (_, response) => void response.writeHead(302, { location: "file:///etc/passwd" }).end(),
      /leads to file:/,
    ],
    [
      "a connection that is cut",
      (_, response) => {
        response.writeHead(200, { "content-length": 50 }).write("a");
        setTimeout(() => response.destroy(), 20);
      },
      /the connection was cut/,
    ],
    ["a file too large", asHub(content, { "x-linked-size": "9999999999" }), /no backbone is so large/],
  ])("%s", async (_, serve, words) => {
    answer = serve;
    await refused(words);
  });

  test.each<[string, Answer]>([
    ["never answers", () => {}],
    ["stops", (_, response) => void response.writeHead(200, { "content-length": 50 }).write("a")],
  ])("a server that %s", async (_, serve) => {
    answer = serve;
    await refused(/nothing came for 0\.15 s/, unknown, { stallMs: 150 });
  });

  test("a checksum that is not the known one", async () => {
    answer = (_, response) => void response.end(content);
    await refused(/another checksum, sha256 .*, not 55ea4fb3/, known);
  });

  test("--offline, no server, an address that is none, and one with another protocol", async () => {
    await refused(/^--offline: timm\/vit_tiny.*22\.9 MB.*not in the cache folder; fetch http/, unknown, {
      offline: true,
    });
    await refused(/the connection was refused/, unknown, { address: nobody });
    await refused(/is no address/, unknown, { address: "hub" });
    await refused(/is no address with https:\/\/ or http:\/\//, unknown, { address: "ftp://127.0.0.1" });
    expect(requests).toEqual([]);
  });

  test.runIf(existsSync("/dev/full"))("a full disk", async () => {
    answer = asHub(content);
    mkdirSync(join(cache, "nets"), { recursive: true });
    symlinkSync("/dev/full", `${path()}.${process.pid}.partial`);
    await refused(/there is no space left on the device/);
  });

  test("Ctrl-C", async () => {
    const controller = new AbortController();
    answer = () => controller.abort();
    await expect(get(unknown, { signal: controller.signal })).rejects.toThrow(GaveUp);
    expect(nets()).toEqual([]);
  });
});

test("a name is that of the net, of its weights, or of its folder on the hub, which CHAINRULE_HUB moves", () => {
  for (const name of ["resnet18", "resnet18.a1_in1k", "timm/resnet18.a1_in1k"])
    expect(hubNet(name)?.repository).toBe("timm/resnet18.a1_in1k");
  expect(hubNet("resnet")).toBe(null);
  expect(addressOf(known, {})).toMatch(
    /^https:\/\/[\w.]+\/timm\/mobilenetv2_100\.ra_in1k\/resolve\/main\/model\.safetensors$/,
  );
  expect(addressOf(known, { CHAINRULE_HUB: "http://mirror/hub/" })).toMatch(/^http:\/\/mirror\/hub\/timm/);
  for (const { architecture, repository, sha256: digest } of hubNets) {
    expect(backboneNames).toContain(architecture);
    expect(repository.startsWith(`timm/${architecture}.`)).toBe(true);
    if (digest !== null) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  }
});

test("the reason of a broken connection names the proxy that Node was not told to use, and the cure of a certificate", () => {
  const failed = (code: string) =>
    new TypeError("fetch failed", { cause: Object.assign(new Error("words"), { code }) });
  expect(networkReason(failed("ENOTFOUND"), {})).toBe("its name is not known; is there a connection to the internet?");
  expect(networkReason(failed("ENOTFOUND"), { https_proxy: "http://p" })).toContain("NODE_USE_ENV_PROXY=1");
  expect(networkReason(failed("SELF_SIGNED_CERT_IN_CHAIN"), {})).toContain("NODE_EXTRA_CA_CERTS");
  expect(networkReason(failed("EODD"), {})).toBe("words");
});

test("train --from NAME fetches the net, fits a classifier to its features, and needs no server the next time", async () => {
  const cwd = temporaryFolder();
  writePictures(join(cwd, "pictures"), { classes: ["across", "along"], each: 4, side: 40, coloured: true });
  const file = writeBackbone(join(cwd, "net.safetensors"), { name: "efficientnet_lite0", side: 32 });
  answer = (_, response) => void response.end(readFileSync(file));
  const args = ["train", "pictures", "--from", "efficientnet_lite0", "--json"];
  const env = { CHAINRULE_HUB: hub, CHAINRULE_CACHE: cache };
  const first = await chainrule(args, { cwd, env });
  expect(first.code, first.stderr).toBe(0);
  expect(events(first)[0]).toMatchObject({
    event: "fetched",
    net: "efficientnet_lite0",
    licence: null,
    verified: false,
  });
  expect(first.stderr).toMatch(
    /, about 18\.8 MB, licence on https:\/\/huggingface\.co\/timm\/efficientnet_lite0\.ra_in1k, from /,
  );
  expect(events(first)[1]).toMatchObject({
    from: { net: "efficientnet_lite0", origin: "timm/efficientnet_lite0.ra_in1k" },
  });
  const offline = { screen, signal: new AbortController().signal, offline: true, env };
  expect((await namedBackbone("efficientnet_lite0.ra_in1k", offline)).input.size).toEqual([32, 32]);
  expect(requests).toHaveLength(1);
}, 60_000);
