// The paths that there are, and what answers on them. A path is compared as it was sent: no file of the machine is behind any of them, so
// "..", "%2e" and the like are paths that do not exist.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answered, type Predicting, predictSent } from "./predicting.ts";
import { Refusal, shortened } from "./refusal.ts";
import { jsonReply, type Reply } from "./reply.ts";

export interface Served extends Predicting {
  /** The answer to GET /model. */
  readonly about: Record<string, unknown>;
  /** The answer to GET /. */
  readonly page: Reply;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

type Method = "GET" | "POST";

interface Route {
  readonly method: Method;
  readonly answer: (asked: Asked, served: Served) => Promise<Answered>;
}

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/", { method: "GET", answer: async (_, { page }) => ({ ...page, note: "" }) }],
  ["/health", { method: "GET", answer: async () => ({ ...jsonReply(200, { status: "ok" }), note: "" }) }],
  ["/model", { method: "GET", answer: async (_, { about }) => ({ ...jsonReply(200, about), note: "" }) }],
  [
    "/predict",
    {
      method: "POST",
      answer: ({ request, response, query }, predicting) => predictSent(request, response, { query, predicting }),
    },
  ],
]);

/** Answers a request. Throws a Refusal where there is no such path or method. */
export function route(request: IncomingMessage, response: ServerResponse, served: Served): Promise<Answered> {
  const [, path, query] = /^([^?#]*)\??([^#]*)/.exec(request.url ?? "") ?? [];
  const found = routes.get(path);
  if (found === undefined)
    throw new Refusal(
      404,
      "path",
      `there is no ${JSON.stringify(shortened(path))}; there are ${[...routes.keys()].join(", ")}`,
    );
  const allowed = found.method === "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
  if (request.method === "OPTIONS")
    return Promise.resolve({ status: 204, headers: { Allow: allowed }, body: "", note: "" });
  if (request.method !== found.method && !(request.method === "HEAD" && found.method === "GET"))
    throw new Refusal(405, "method", `${path} takes ${allowed}, not ${request.method}`, { Allow: allowed });
  return found.answer({ request, response, query: new URLSearchParams(query) }, served);
}
