// "chainrule/node": the file system's side of data and io, for Node.
export { checkWritable, readBytes, writeWhole } from "./files.ts";
export { loadImageFolder } from "./image-folder.ts";
export { loadFashionMnist, loadMnist } from "./mnist.ts";
export { loadPicture } from "./pictures.ts";
