// The answer to GET /: the page on which pictures are dropped, whose script sends them to this server.
import { modelInWords, type Told } from "../page/about.ts";
import { hashOf, inlineScript, inlineStyle, policyOf, scriptOf, writePage } from "../page/document.ts";
import { style } from "../page/style.ts";
import type { Reply } from "./reply.ts";

/** Made once: the page is the same for all. */
export function servedPage(told: Told): Reply {
  const script = scriptOf("served");
  const policy = policyOf({
    "script-src": hashOf(script),
    "style-src": hashOf(style),
    "connect-src": "'self'",
    "frame-ancestors": "'none'",
  });
  const body = writePage({
    title: told.name.replace(/\.safetensors$/, ""),
    about: modelInWords(told),
    classes: told.description.classes,
    privacy: "Pictures go to the server of this page, which recognises them and keeps none.",
    policy: null,
    style: inlineStyle(style),
    scripts: inlineScript(script),
  });
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": policy,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
  };
  return { status: 200, headers, body };
}
