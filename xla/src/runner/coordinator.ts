// The address of a group of processes on this machine.
import { ChainruleError } from "chainrule";

/**
 * An address for processes on this machine, "127.0.0.1:PORT", with a port on which nothing listens: the option `coordinator` of xlaReady() in
 * each of them, or CHAINRULE_COORDINATOR. Throws a ChainruleError "platform" where there are no ports, as in a page.
 */
export function localCoordinator(): Promise<string> {
  const net = typeof process === "object" ? process.getBuiltinModule?.("node:net") : undefined;
  if (net === undefined)
    throw new ChainruleError("platform", "localCoordinator", 'runs in Node 20.16 or newer; use backend "wasm" here');
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(`127.0.0.1:${port}`));
    });
  });
}
