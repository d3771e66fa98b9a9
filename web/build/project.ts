// What the page knows of the project from package.json: its name and version, and the addresses that stand there. The site's own address
// is known only to who builds it for a host: SITE_URL=https://… npm run build:demo
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { HtmlTagDescriptor, Plugin } from "vite";

export interface Project {
  readonly name: string;
  readonly version: string;
  /** Addresses of the source and of the guide; null where package.json has none. */
  readonly repository: string | null;
  readonly homepage: string | null;
}

type Package = Pick<Project, "name" | "version"> & {
  readonly description: string;
  readonly repository?: string | { readonly url?: string };
  readonly homepage?: string;
};

const file = resolve(import.meta.dirname, "../../package.json");
const found = JSON.parse(readFileSync(file, "utf8")) as Package;

export function projectOf({ name, version, repository, homepage }: Package): Project {
  const url = typeof repository === "string" ? repository : repository?.url;
  const address = url?.replace(/^git\+/, "").replace(/\.git$/, "");
  const web = (text: string | undefined) => (text !== undefined && /^https?:\/\//.test(text) ? text : null);
  return { name, version, repository: web(address), homepage: web(homepage) };
}

/** Tags for search engines and for links in messages. They need the site's own address; without it they are left out or relative. */
export function headTags(site: string | undefined, project: Project, description: string): HtmlTagDescriptor[] {
  const base = site === undefined || site === "" ? null : new URL(site.endsWith("/") ? site : `${site}/`);
  const image = base === null ? "./social.png" : new URL("social.png", base).href;
  const meta = (property: string, content: string): HtmlTagDescriptor => ({
    tag: "meta",
    attrs: { property, content },
    injectTo: "head",
  });
  const tags = [
    meta("og:image", image),
    { ...meta("twitter:image", image), attrs: { name: "twitter:image", content: image } },
  ];
  if (base === null) return tags;
  const about = {
    "@context": "https://schema.org",
    "@type": "LearningResource",
    name: "See how neural networks learn",
    description,
    url: base.href,
    image,
    inLanguage: ["en", "de", "es"],
    isAccessibleForFree: true,
    learningResourceType: "interactive simulation",
    teaches: "how neural networks learn: gradients, backpropagation, training",
    ...(project.repository === null ? {} : { isBasedOn: project.repository }),
  };
  return [
    ...tags,
    meta("og:url", base.href),
    { tag: "link", attrs: { rel: "canonical", href: base.href }, injectTo: "head" },
    // A data block is no script: the page's policy does not apply to it. "<" is escaped, so that no text ends it.
    {
      tag: "script",
      attrs: { type: "application/ld+json" },
      children: JSON.stringify(about).replaceAll("<", "\\u003c"),
      injectTo: "head",
    },
  ];
}

export const project = (): Plugin => ({
  name: "project",
  config: () => ({ define: { __PROJECT__: JSON.stringify(projectOf(found)) } }),
  transformIndexHtml: () => headTags(process.env.SITE_URL, projectOf(found), found.description),
});
