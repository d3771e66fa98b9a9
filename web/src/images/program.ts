// The training of this part as a program of chainrule: the same pictures, net, seed and learning rates. With 10,000 pictures it prints the accuracies
// of the page, digit for digit; with all of them, the page begins with the first share while the others come.

import { batchSize, defaultEpochs, firstRate } from "./engine/plan.ts";
import type { SlotName } from "./messages.ts";

interface Setting {
  readonly net: SlotName;
  readonly seed: number;
  readonly all: boolean;
  /** The address of the page. */
  readonly base: string;
}

export const programOf = ({
  net,
  seed,
  all,
  base,
}: Setting): string => `import { Adam, ${all ? "concat, " : ""}manualSeed } from "chainrule";
import { normalisation, readIdx } from "chainrule/data";
import { architectures, build } from "chainrule/model";
import { fit } from "chainrule/train";

// MNIST in shares of 10,000 pictures: two files each, IDX, gzipped.
const data = ${JSON.stringify(new URL("data/", base).href)};
const classes = [..."0123456789"];

async function read(name) {
  const response = await fetch(\`\${data}mnist-\${name}.idx.gz\`);
  return readIdx(new Uint8Array(await response.arrayBuffer()));
}
async function share(name) {
  const [images, labels] = [await read(\`\${name}-images\`), await read(\`\${name}-labels\`)];
  const [count, height, width] = images.shape;
  return { images: images.reshape([count, 1, height, width]), labels: labels.to("int32"), classes };
}

${
  all
    ? `const shares = [];
for (let n = 0; n < 6; n++) shares.push(await share(\`train-\${n}\`));
const train = {
  images: concat(shares.map(({ images }) => images), 0),
  labels: concat(shares.map(({ labels }) => labels), 0),
  classes,
};`
    : `const train = await share("train-0");`
}
const validation = await share("test");

manualSeed(${seed});
const net = build(architectures.${net}([1, 28, 28], classes.length));
const optimizer = new Adam(net.parameters(), { lr: ${firstRate} });
const [epochs, batchSize] = [${defaultEpochs}, ${batchSize}];
const steps = epochs * Math.floor(train.labels.size / batchSize);

const run = fit(net, {
  train,
  validation,
  epochs,
  batchSize,
  // A last, smaller batch would need a program of its own.
  dropLast: true,
  optimizer,
  seed: ${seed},
  ...normalisation(train),
  schedule: (step) => ${firstRate} * (1 - step / steps),
});
for await (const event of run) {
  if (event.type === "validation")
    console.log(\`epoch \${event.epoch}: loss \${event.loss}, accuracy \${event.accuracy}\`);
}
`;
