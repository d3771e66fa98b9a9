// What the server of chainrule serve does when there is too much to do, when the net takes too long, and when chainrule has a bug. A function
// stands for threads and net.
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ClientGone } from "../src/serve/body.ts";
import { Budget } from "../src/serve/budget.ts";
import { type Limits, limitsOf } from "../src/serve/limits.ts";
import { type Done, makeServer } from "../src/serve/server.ts";
import { ask, post } from "./served.ts";

type Recognise = (picture: Uint8Array, signal: AbortSignal) => Promise<Float32Array>;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server with these limits; `done` and `failures` grow. */
async function serve(answer: Recognise, changed: Partial<Limits> = {}) {
  const limits = { ...limitsOf(), ...changed };
  const [done, failures]: [Done[], unknown[]] = [[], []];
  const { server, settled } = makeServer({
    served: {
      description: {
        ...{ architecture: [["Flatten"]], input: [1, 1, 2], classes: ["a", "b"], framing: "plain", seed: 0 },
        normalisation: { mean: [0], std: [1] },
      },
      recogniser: { answer },
      limits,
      held: new Budget(limits.heldBytes, "too many pictures are on their way"),
      working: new Budget(limits.concurrent, "too many requests"),
      about: {},
      page: { status: 200, headers: {}, body: "" },
    },
    limits,
    isOpen: false,
    isStopping: () => false,
    tell: (one) => done.push(one),
    failed: (error) => failures.push(error),
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, done, failures, settled };
}

const sure: Recognise = async () => Float32Array.of(0.25, 0.75);

/** A recogniser that waits with its first answer until it is let go on. */
function waiting(): { readonly answer: Recognise; readonly goOn: () => void; readonly begun: Promise<AbortSignal> } {
  let begin = (_: AbortSignal) => {};
  const begun = new Promise<AbortSignal>((resolve) => {
    begin = resolve;
  });
  let goOn = () => {};
  const allowed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const answer: Recognise = async (picture, signal) => {
    begin(signal);
    await allowed;
    return sure(picture, signal);
  };
  return { answer, goOn, begun };
}

const errorOf = ({ status, headers, text }: Awaited<ReturnType<typeof post>>) => [
  status,
  JSON.parse(text).error.code,
  headers["retry-after"],
];

test("more requests in a second than the rate are asked to come again", async () => {
  const { port } = await serve(sure, { rate: 1 });
  const told = await Promise.all(Array.from({ length: 8 }, () => ask(port, "/health")));
  expect(told.some(({ status }) => status === 200)).toBe(true);
  const refused = told.find(({ status }) => status === 429);
  expect(refused && errorOf(refused)).toEqual([429, "rate", "1"]);
});

test("more pictures at once than are worked on, or than memory is held for, are asked to come again", async () => {
  const { answer, goOn, begun } = waiting();
  const { port } = await serve(answer, { concurrent: 1, heldBytes: 100 });
  const first = post(port, "x".repeat(60));
  await begun;
  expect(errorOf(await post(port, "x"))).toEqual([503, "busy", "1"]);
  expect(errorOf(await post(port, "x".repeat(60)))).toEqual([503, "busy", "1"]);
  goOn();
  const { status, text } = await first;
  expect([status, JSON.parse(text).class]).toEqual([200, "b"]);
  expect((await post(port, "x".repeat(60))).status).toBe(200);
});

test("an answer that takes too long is given up, and its picture is recognised no more", async () => {
  const { answer, begun } = waiting();
  const { port } = await serve(answer, { answerSeconds: 0.05 });
  expect(errorOf(await post(port, "x"))).toEqual([503, "busy", "1"]);
  expect((await begun).aborted).toBe(true);
});

test("a client that goes away is no failure, and its picture is recognised no more", async () => {
  const { answer, begun } = waiting();
  const { port, done, failures, settled } = await serve(answer);
  const socket = connect(port, "127.0.0.1", () =>
    socket.write("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"),
  );
  const signal = await begun;
  socket.destroy();
  await expect.poll(() => signal.aborted).toBe(true);
  await settled();
  expect(signal.reason).toBeInstanceOf(ClientGone);
  expect([done, failures]).toMatchObject([[{ status: 0, note: "the client went away" }], []]);
});

test("a bug is told to the user of the server, not to the client, and the server goes on", async () => {
  const bug = new RangeError("the words of a bug");
  let count = 0;
  const { port, failures } = await serve((...all) => (count++ === 0 ? Promise.reject(bug) : sure(...all)));
  const told = await post(port, "x");
  expect(errorOf(told)).toEqual([500, "internal", undefined]);
  expect(told.text).not.toContain("words of a bug");
  expect(failures).toEqual([bug]);
  expect((await post(port, "x")).status).toBe(200);
});
