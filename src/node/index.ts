// "chainrule/node": data sets, pictures and whole files from the file system, for Node.
export { type DecodePictureOptions, decodePicture } from "./decode.ts";
export { checkWritable, readBytes, writeWhole } from "./files.ts";
export { type ImageFolder, type ImageFolderOptions, loadImageFolder, type Skipped } from "./image-folder.ts";
export { loadFashionMnist, loadMnist } from "./mnist.ts";
export { loadPicture } from "./pictures.ts";
