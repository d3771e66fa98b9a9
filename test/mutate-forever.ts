// `npx tsx test/mutate-forever.ts [FIRST_SEED] [COUNT]`: damaged safetensors, IDX and picture files, one of each kind a seed, until
// readers did something else than read or refuse them cleanly. The reading goes on in a child process, so that a hang is seen too.
import { fork } from "node:child_process";
import { survive, tell } from "./io/survive.ts";
import { makeTargets } from "./io/targets.ts";

const [first = Date.now() % 1_000_000_000, count = Infinity] = process.argv.slice(2).map(Number);
const patience = 30_000;
const mostFindings = 5;

if (process.send === undefined) watch();
else await tryAll();

function watch(): void {
  const child = fork(import.meta.filename, [String(first), String(count)]);
  let current = "nothing";
  const hangs = () => {
    console.log(`hangs: ${current}`);
    child.kill("SIGKILL");
  };
  let timer = setTimeout(hangs, patience);
  child.on("message", (message) => {
    current = String(message);
    clearTimeout(timer);
    timer = setTimeout(hangs, patience);
  });
  child.on("exit", (code) => {
    clearTimeout(timer);
    process.exitCode = code ?? 1;
  });
}

async function tryAll(): Promise<void> {
  const targets = await makeTargets();
  let findings = 0;
  for (let files = 0; files < count && findings < mostFindings; ) {
    const seed = first + Math.floor(files / targets.length);
    for (const target of targets) {
      process.send?.(`${target.name}, seed ${seed}`);
      const finding = await survive(target, seed);
      if (finding !== null) {
        findings++;
        console.log(tell(finding));
      }
      if (++files % 10_000 === 0) {
        const memory = (process.memoryUsage.rss() / 2 ** 20).toFixed(0);
        console.log(`${files} files from seed ${first} on, ${findings} findings, ${memory} MB`);
        // What nobody holds is freed between turns of the event loop.
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
  }
  process.exitCode = findings > 0 ? 1 : 0;
  process.disconnect();
}
