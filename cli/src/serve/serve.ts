// chainrule serve: a server that recognises the pictures that it is sent, on this machine's own address. Ctrl-C ends it, when the requests
// that have begun are answered.
import type { Server } from "node:http";
import { networkInterfaces } from "node:os";
import { readModel } from "chainrule/model";
import { readBytes } from "chainrule/node";
import { reading } from "../failure.ts";
import { Interrupt } from "../interrupt.ts";
import { aboutModel } from "../page/about.ts";
import { goOnWithoutOutput } from "../terminal/output.ts";
import { Screen } from "../terminal/screen.ts";
import { chooseThreads } from "../threads.ts";
import { fileName } from "../wording.ts";
import { Budget } from "./budget.ts";
import { isLoopback } from "./guard.ts";
import { limitsOf } from "./limits.ts";
import { defaultPort, listen } from "./listen.ts";
import { Recogniser } from "./recogniser.ts";
import { servedPage } from "./served-page.ts";
import { type Done, makeServer } from "./server.ts";

export interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
  /** The bytes of a body, in MiB. */
  readonly maxMb?: number;
  /** Requests of an address in a second. */
  readonly maxRate?: number;
  /** Seconds for a request. */
  readonly timeout?: number;
  readonly threads?: number;
  /** Whether a line is written of each request. */
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** The time that requests have to end after Ctrl-C, in milliseconds. */
const endMs = 3000;

export async function serve(file: string, options: ServeOptions): Promise<number> {
  chooseThreads(options.threads);
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  const bytes = await reading(() => readBytes(file));
  const { description, net, training } = await reading(() => readModel(bytes), file);
  goOnWithoutOutput();
  const limits = limitsOf(options);
  const told = { name: fileName(file), description, net, training };
  const recogniser = new Recogniser(bytes, description);
  const { server, settled } = makeServer({
    served: {
      ...{ description, recogniser, limits },
      held: new Budget(limits.heldBytes, "too many pictures are on their way"),
      working: new Budget(limits.concurrent, `${limits.concurrent} requests are worked on already`),
      about: aboutModel(told),
      page: servedPage(told),
    },
    limits,
    isOpen: options.host !== undefined && !isLoopback(options.host),
    isStopping: () => interrupt.requested,
    tell: (done) => (options.verbose ? tellRequest(screen, done) : undefined),
    failed: (error) => screen.say(`this is a bug in chainrule:\n${error instanceof Error ? error.stack : error}`),
  });
  try {
    const { host = "127.0.0.1", port } = options;
    const found = await listen(server, { host, port });
    const ending = stopped(interrupt);
    await Promise.race([recogniser.prepare(), ending]);
    if (!interrupt.requested) tellStart(screen, { host, asked: port, port: found, model: file });
    await ending;
    await end(server);
    await settled();
    screen.say("stopped");
    screen.event("done", { model: file });
    return 0;
  } finally {
    server.closeAllConnections();
    await recogniser.close();
  }
}

interface Start {
  readonly host: string;
  readonly asked: number | undefined;
  readonly port: number;
  readonly model: string;
}

function tellStart(screen: Screen, { host, asked, port, model }: Start): void {
  const urls = namesFor(host).map((name) => `http://${name}:${port}/`);
  const [url] = urls;
  if (asked === undefined && port !== defaultPort)
    screen.say(`another program uses port ${defaultPort}, so it is ${port} (--port chooses)`);
  if (!isLoopback(host))
    screen.say(
      `everyone on the network can send pictures to this server, and nothing is encrypted (--host ${host}); without --host only this machine can`,
    );
  screen.say(`${model} is served at ${urls.join(" and ")}; Ctrl-C ends it`);
  screen.say(`a picture: curl --data-binary @PICTURE.png -H "Content-Type: image/png" ${url}predict`);
  screen.event("listening", { url, host, port, model });
}

/** The names of an address in URLs; for all addresses of the machine those that others on the network reach. */
function namesFor(host: string): readonly string[] {
  if (host !== "0.0.0.0" && host !== "::") return [host.includes(":") ? `[${host}]` : host];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return [
    "localhost",
    ...all.flatMap(({ address, family, internal }) => (family === "IPv4" && !internal ? address : [])),
  ];
}

function tellRequest(screen: Screen, done: Done): void {
  const { address, method, path, status, milliseconds, note } = done;
  const at = new Date().toISOString();
  const short = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  const how = `${status === 0 ? "-" : status} ${milliseconds.toFixed(0)} ms${note === "" ? "" : `: ${note}`}`;
  screen.say(`${at} ${address} ${method} ${short} ${how}`);
  screen.event("request", { at, ...done, path: short });
}

const stopped = ({ signal }: Interrupt) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });

/** Ends the server when all requests are answered, or the time is over. */
async function end(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), endMs);
  await closed;
  clearTimeout(late);
}
