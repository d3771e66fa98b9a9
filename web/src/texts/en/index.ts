// The English texts of the page. A text with numbers or names in it is a function.
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

export const en = { story, charts, engine, code, neuron, net, race, gpu, images, classes, share };

/** The texts that each language has. */
export type Texts = typeof en;
