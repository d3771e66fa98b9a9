// The HTTP server: Node's own, with bounds on everything that a client sends, and one way from a request to its answer.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { systemCode } from "chainrule/node";
import { ClientGone } from "./body.ts";
import { checkSite } from "./guard.ts";
import type { Limits } from "./limits.ts";
import { Rate } from "./rate.ts";
import { comeAgain, Refusal } from "./refusal.ts";
import { rawReply, refusalReply, send } from "./reply.ts";
import { route, type Served } from "./routes.ts";

/** A request that was answered, for the log. */
export interface Done {
  readonly address: string;
  /** "-" where the request could not be read, as for the path. */
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** The answer in a few words, or the reason of a refusal. */
  readonly note: string;
}

export interface ServerOptions {
  readonly served: Served;
  readonly limits: Limits;
  /** Whether the server answers under any name, as it was asked to with --host. */
  readonly isOpen: boolean;
  /** Whether the server is being stopped. */
  readonly isStopping: () => boolean;
  readonly tell: (done: Done) => void;
  /** Gets the error of a request that could not be answered because of a bug. */
  readonly failed: (error: unknown) => void;
}

export interface Made {
  /** It does not listen yet. */
  readonly server: Server;
  /** Waits until the requests that have begun have ended. */
  readonly settled: () => Promise<void>;
}

export function makeServer(options: ServerOptions): Made {
  const { limits } = options;
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: 1000 * limits.headerSeconds,
    requestTimeout: 1000 * limits.seconds,
    connectionsCheckingInterval: 500,
    keepAliveTimeout: 5000,
  });
  server.maxConnections = limits.connections;
  server.maxHeadersCount = 100;
  // A client that takes nothing of its answer is let go of, once the request had time to arrive and to be answered.
  server.setTimeout(1000 * (limits.seconds + limits.answerSeconds + 10));
  const handle = handler(options);
  const working = new Set<Promise<void>>();
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const work = handle(request, response).finally(() => working.delete(work));
    working.add(work);
  };
  server.on("request", take);
  // The client asks before it sends a body; where the answer is a refusal, it need not send it.
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers["content-length"] ?? 0) <= limits.bodyBytes) response.writeContinue();
    take(request, response);
  });
  server.on("connect", (_, socket: Duplex) => refuseRaw(socket, "CONNECT", options.tell));
  server.on("clientError", (error, socket) => refuseRaw(socket, systemCode(error), options.tell));
  return { server, settled: async () => void (await Promise.all(working)) };
}

function handler(options: ServerOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { served, limits, isOpen, isStopping, tell, failed } = options;
  const rate = new Rate(limits.rate);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { host, origin } = request.headers;
    if (isStopping()) throw comeAgain(503, "stopping", "the server is being stopped");
    checkSite({ host, origin }, isOpen);
    if (!rate.allows(request.socket.remoteAddress ?? "", performance.now()))
      throw comeAgain(429, "rate", `more than ${limits.rate} requests a second; come again`);
    return route(request, response, served);
  };
  return async (request, response) => {
    const began = performance.now();
    // Errors of the connection end the request, and are no failure of the server.
    response.on("error", () => {});
    const told = await answer(request, response).catch((error: unknown) => {
      if (error instanceof ClientGone) return null;
      if (!(error instanceof Refusal)) failed(error);
      const refusal =
        error instanceof Refusal ? error : new Refusal(500, "internal", "a bug in chainrule; the server has its words");
      return { ...refusalReply(refusal), note: refusal.message };
    });
    const { method = "", url: path = "", socket } = request;
    const end = { address: socket.remoteAddress ?? "", method, path, milliseconds: performance.now() - began };
    if (told === null) return tell({ ...end, status: 0, note: "the client went away" });
    tell({ ...end, status: told.status, note: told.note });
    await send(request, response, told, isStopping());
  };
}

/** The refusal of a request that Node could not read, by the code of its error. */
const unreadable: ReadonlyMap<string, readonly [refusal: Refusal, reason: string]> = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", [new Refusal(408, "timeout", "the request did not arrive in time"), "Request Timeout"]],
  [
    "HPE_HEADER_OVERFLOW",
    [new Refusal(431, "header", "the path and the headers are too long"), "Request Header Fields Too Large"],
  ],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", [new Refusal(413, "size", "the body's chunks are too long"), "Content Too Large"]],
  ["CONNECT", [new Refusal(405, "method", "there is no such method here"), "Method Not Allowed"]],
]);
const noHttp = [new Refusal(400, "header", "this is no request of HTTP/1.1"), "Bad Request"] as const;

function refuseRaw(socket: Duplex, code: string, tell: (done: Done) => void): void {
  if (!socket.writable || code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [refusal, reason] = unreadable.get(code) ?? noHttp;
  const address = socket instanceof Socket ? (socket.remoteAddress ?? "") : "";
  tell({ address, method: "-", path: "-", status: refusal.status, milliseconds: 0, note: refusal.message });
  socket.on("error", () => {});
  socket.end(rawReply(refusalReply(refusal), reason), () => socket.destroy());
}
