// The content security policy of the built pages: what the site itself serves, and WebAssembly. In development Vite needs more.
import type { Plugin } from "vite";

const directives = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "worker-src": "'self'",
  "connect-src": "'self'",
  "frame-src": "'self'", // program.html
  "style-src": "'self'",
  "manifest-src": "'self'",
  "img-src": "'self' blob: data:",
  "base-uri": "'none'",
  "form-action": "'none'",
};

export const policy = (): Plugin => ({
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: {
        "http-equiv": "Content-Security-Policy",
        content: Object.entries(directives)
          .map(([name, value]) => `${name} ${value}`)
          .join("; "),
      },
      injectTo: "head-prepend",
    },
  ],
});
