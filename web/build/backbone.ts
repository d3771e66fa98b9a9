// The pretrained net of the package chainrule-backbone as a file of the site, which the page fetches when it is asked for. Its name has a digest of
// its bytes: another net has another address, so that it can be kept for ever under this one. The page learns the name and the size.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { efficientnetLite0 } from "chainrule-backbone";
import type { Plugin } from "vite";

export const backbone = (): Plugin => {
  const bytes = readFileSync(fileURLToPath(efficientnetLite0));
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const name = `data/efficientnet-lite0-${digest}.safetensors`;
  return {
    name: "backbone",
    config: () => ({
      define: {
        "import.meta.env.BACKBONE_FILE": JSON.stringify(name),
        "import.meta.env.BACKBONE_BYTES": String(bytes.length),
      },
    }),
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url?.split("?")[0].endsWith(`/${name}`) !== true) next();
        else response.setHeader("Content-Length", bytes.length).end(bytes);
      });
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: name, source: bytes });
    },
  };
};
