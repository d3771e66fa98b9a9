// Reads the body of a request into memory, within the limits. A length that is announced is checked before anything is read.
import type { IncomingMessage } from "node:http";
import type { Budget } from "./budget.ts";
import type { Limits } from "./limits.ts";
import { Refusal } from "./refusal.ts";

/** The client has gone, so that nobody waits for an answer. */
export class ClientGone extends Error {}

/** Throws a Refusal where the announced length is over the limit, or is not that of one plain body. */
function checkLength({ headers }: IncomingMessage, { bodyBytes }: Pick<Limits, "bodyBytes">): void {
  if (headers["content-encoding"] !== undefined)
    throw new Refusal(415, "type", "send the body as it is, without Content-Encoding");
  if (Number(headers["content-length"] ?? 0) > bodyBytes) throw tooLong(bodyBytes);
}

const tooLong = (bodyBytes: number) =>
  new Refusal(413, "size", `the body may have ${bodyBytes / 2 ** 20} MiB at most (--max-mb of chainrule serve)`);

/**
 * Reads the body, which `take` gets; its bytes count as held until `take` has ended. Throws a Refusal where it is too long, and ClientGone
 * where the connection ends.
 */
export async function withBody<T>(
  request: IncomingMessage,
  { limits, held }: { readonly limits: Limits; readonly held: Budget },
  take: (body: Buffer) => Promise<T>,
): Promise<T> {
  checkLength(request, limits);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      request.on("data", (part: Buffer) => {
        try {
          if (length + part.length > limits.bodyBytes) throw tooLong(limits.bodyBytes);
          held.take(part.length);
          length += part.length;
          parts.push(part);
        } catch (error) {
          request.removeAllListeners("data");
          reject(error);
        }
      });
      request.on("end", resolve);
      request.on("error", () => reject(new ClientGone()));
      request.on("close", () => reject(new ClientGone()));
    });
    return await take(Buffer.concat(parts.splice(0), length));
  } finally {
    held.give(length);
  }
}
