// Completes package-lock.json after `npm install`. A registry mirror may lack the prebuilt packages of other platforms; npm then leaves them
// out of the lock file, and `npm ci` refuses the file, here and on those platforms. This script adds an entry for each optional dependency
// with an exact version, with the platform that its name says, so that npm installs it on that platform and skips it elsewhere.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

function platform(name) {
  const words = name.split(/[-/]/);
  const libc = words.some((word) => word.startsWith("musl")) ? ["musl"] : words.includes("gnu") ? ["glibc"] : undefined;
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  if (os.length !== 1 || cpu.length !== 1)
    throw new Error(`scripts/lock.js: the name of the package ${name} does not say its platform`);
  return { os, cpu, ...(os[0] === "linux" && libc ? { libc } : {}) };
}

const present = new Map(Object.entries(lock.packages));
const added = new Map();
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const places = [];
    for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf("/node_modules/"))) {
      places.push(`${folder}/node_modules/${name}`.replace(/^\//, ""));
      if (!folder.includes("/node_modules/")) break;
    }
    places.push(`node_modules/${name}`);
    if (places.some((place) => present.get(place)?.version === version) || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    const place = places.findLast((candidate) => !present.has(candidate) && !added.has(candidate));
    added.set(place, { version, ...platform(name), ...(dev ? { dev } : {}), optional: true });
  }
}
const paths = Object.entries({ ...lock.packages, ...Object.fromEntries(added) }).sort(([a], [b]) =>
  a < b ? -1 : a > b ? 1 : 0,
);
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(paths) }, null, 2)}\n`);
console.log(`${added.size} entries added`);
