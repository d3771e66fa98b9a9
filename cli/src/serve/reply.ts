// Writes an answer. Where the rest of a body is still on its way, it is read and thrown away for a moment after the answer: a connection
// that is closed before would be reset, and the client would see no answer.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refusal } from "./refusal.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an answer says about itself to browsers: only the server's own page may use it, and only as what it is. */
const safe = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
} as const;

/** The time in which the rest of a body may come after the answer, and the bytes of it. */
const lingerMs = 2000;
const lingerBytes = 2 ** 28;

export const jsonReply = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "Content-Type": "application/json; charset=utf-8", ...headers },
  body: `${JSON.stringify(value)}\n`,
});

export const refusalReply = ({ status, fields, headers }: Refusal): Reply =>
  jsonReply(status, { error: fields }, headers);

/** Sends the answer; that of HEAD has no body. `isLast`: the connection is closed after it. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Reply,
  isLast: boolean,
): Promise<void> {
  if (response.destroyed || response.headersSent) return;
  const isWhole = request.complete;
  response.writeHead(status, {
    ...safe,
    ...headers,
    ...(status === 204 ? {} : { "Content-Length": Buffer.byteLength(body) }),
    ...(isLast || !isWhole ? { Connection: "close" } : {}),
  });
  if (request.method !== "HEAD") response.write(body);
  if (!isWhole) await restOf(request);
  response.end();
}

/** Reads and throws away the rest of the body. */
function restOf(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(resolve, lingerMs);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    request.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes > lingerBytes) end();
    });
    for (const event of ["end", "close", "error"]) request.on(event, end);
    request.resume();
  });
}

/** The whole text of an answer, for a connection whose request could not be read. */
export function rawReply({ status, headers, body }: Reply, reason: string): string {
  const all = { ...safe, ...headers, "Content-Length": String(Buffer.byteLength(body)), Connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n${body}`;
}
