// Completes package-lock.json after `npm install`: a registry mirror may lack the prebuilt packages of other platforms, npm
// then leaves them out of the lock file, and `npm ci` refuses it, here and on the platform left out. Each optional
// dependency with an exact version gets its entry, platform read off its name, so that npm skips it or fetches it by need.
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
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`no platform in the name ${name}`);
  return { os, cpu, ...(os[0] === "linux" && libc ? { libc } : {}) };
}

const added = {};
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const places = [];
    for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf("/node_modules/"))) {
      places.push(`${folder}/node_modules/${name}`.replace(/^\//, ""));
      if (!folder.includes("/node_modules/")) break;
    }
    places.push(`node_modules/${name}`);
    if (places.some((place) => lock.packages[place]?.version === version) || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    const place = places.findLast((candidate) => !lock.packages[candidate] && !added[candidate]);
    added[place] = { version, ...platform(name), ...(dev ? { dev } : {}), optional: true };
  }
}
const paths = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(paths) }, null, 2)}\n`);
console.log(`${Object.keys(added).length} entries added`);
