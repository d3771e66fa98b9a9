// chainrule serve and its options.
import type { Command } from "commander";
import { defaults as serveDefaults } from "../serve/limits.ts";
import { defaultPort } from "../serve/listen.ts";
import type { ServeOptions } from "../serve/serve.ts";
import { integer, text } from "../values.ts";
import { type Finish, json, threads } from "./options.ts";

export function addServe(command: Command, finish: Finish): void {
  const { maxMb, maxRate, timeout } = serveDefaults;
  command
    .argument("<model>", "a file that train saved")
    .option(
      "--port <n>",
      `the port; 0: any that is free (default: ${defaultPort}, or the next one that is free)`,
      integer(0, 65_535),
    )
    .option(
      "--host <address>",
      "the address to listen on; 0.0.0.0 answers everyone on the network (default: 127.0.0.1, this machine alone)",
      text("an address of this machine, or 0.0.0.0"),
    )
    .option("--max-mb <n>", `the most MiB that a request may send (default: ${maxMb})`, integer(1, 1024))
    .option(
      "--max-rate <n>",
      `the most requests of one address in a second (default: ${maxRate})`,
      integer(1, 1_000_000),
    )
    .option("--timeout <s>", `seconds in which a request has to arrive (default: ${timeout})`, integer(1, 3600))
    .option("--verbose", "write a line for each request")
    .addOption(threads())
    .addOption(json())
    .action(async (model: string, options: ServeOptions) => {
      // The server and its libraries are loaded where they are used.
      const { serve } = await import("../serve/serve.ts");
      finish(await serve(model, options));
    });
}
