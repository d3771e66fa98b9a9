// The texts of the page in the language de. A part that is not translated yet has English texts.
import { en, type Texts } from "../en/index.ts";
import { classes } from "./classes.ts";
import { code } from "./code.ts";
import { neuron } from "./neuron.ts";
import { share } from "./share.ts";
import { story } from "./story.ts";

export const de: Texts = { ...en, neuron, story, code, share, classes };
