// The files of a page that recognises without a server: one HTML file with all in it, or a folder with the same in files of their own. Nothing
// in it is loaded from elsewhere, and it works when it is opened from the file system.
import { writeModel } from "chainrule/model";
import { html, verbatim } from "../report/markup.ts";
import { modelInWords, type Told } from "./about.ts";
import { hashOf, inlineScript, inlineStyle, type Page, policyOf, scriptOf, writePage } from "./document.ts";
import { style } from "./style.ts";

export type PageFiles = ReadonlyMap<string, Uint8Array>;

/** The content of a page, as one file. */
export function singlePage(told: Told, title: string): Uint8Array {
  const script = scriptOf("offline");
  const model = html`<script type="application/octet-stream" id="model">${verbatim(modelText(told))}</script>`;
  return bytesOf(
    writePage({
      ...common(told, title),
      policy: policyOf({
        "script-src": `${hashOf(script)} 'wasm-unsafe-eval'`,
        "style-src": hashOf(style),
        "worker-src": "blob:",
      }),
      style: inlineStyle(style),
      scripts: html`${model}
${inlineScript(script)}`,
    }),
  );
}

/** The files of a page in a folder, by their names. */
export function pageFolder(told: Told, title: string): PageFiles {
  const page = writePage({
    ...common(told, title),
    policy: policyOf({ "script-src": "'self' 'wasm-unsafe-eval'", "style-src": "'self'", "worker-src": "blob:" }),
    style: html`<link rel="stylesheet" href="style.css"/>`,
    // The model is a script, because a page from the file system may read no other kind of file.
    scripts: html`<script src="model.js"></script>
<script src="page.js"></script>`,
  });
  return new Map([
    ["style.css", bytesOf(style)],
    ["model.js", bytesOf(`globalThis.chainruleModel=${JSON.stringify(modelText(told))};\n`)],
    ["page.js", bytesOf(`${scriptOf("offline")}\n`)],
    // The last one, so that a folder with a page is whole.
    [mainFile, bytesOf(page)],
  ]);
}

export const mainFile = "index.html";

const bytesOf = (text: string) => new TextEncoder().encode(text);

const common = (told: Told, title: string): Pick<Page, "title" | "about" | "classes" | "privacy"> => ({
  title,
  about: modelInWords(told),
  classes: told.description.classes,
  privacy: "Pictures stay in this page: it loads nothing and sends nothing.",
});

/** The model file in base64, without the record of its training and what only a training needs. */
const modelText = ({ description, net }: Told) =>
  Buffer.from(writeModel(description, net.stateDict())).toString("base64");
