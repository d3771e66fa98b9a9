// The engine of the opening: reads the net from its file and answers to drawings.
import type { Port } from "../engine/port.ts";
import type { FromHero, ToHero } from "./messages.ts";
import { readerOf } from "./reader.ts";

export function start(port: Port<ToHero, FromHero>): void {
  let read: ReturnType<typeof readerOf> | null = null;
  port.listen((message) => {
    if (message.kind === "open") read = readerOf(message.model);
    else if (read !== null) port.send({ probabilities: read(message) });
  });
}
