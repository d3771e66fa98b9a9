// The Spanish texts of the page.
import type { Texts } from "../en/index.ts";
import { charts } from "./charts.ts";
import { classes } from "./classes.ts";
import { code } from "./code.ts";
import { engine } from "./engine.ts";
import { gpu } from "./gpu.ts";
import { images } from "./images.ts";
import { net } from "./net.ts";
import { neuron } from "./neuron.ts";
import { race } from "./race.ts";
import { share } from "./share.ts";
import { story } from "./story.ts";

export const es: Texts = { charts, classes, code, engine, gpu, images, net, neuron, race, share, story };
