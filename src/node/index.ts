// "chainrule/node": data sets, pictures and whole files from the file system, for Node.
export { type DecodePictureOptions, decodePicture } from "./decode.ts";
export { checkWritable, readBytes, writeWhole } from "./files.ts";
export {
  type FrameBatchesOptions,
  type FramedPictures,
  type FramePicturesOptions,
  frameBatches,
  framePictures,
} from "./frame-pictures.ts";
export { findIdx, type IdxPair, type IdxSet } from "./idx-set.ts";
export { type CacheUse, type ImageFolder, type ImageFolderOptions, loadImageFolder } from "./image-folder.ts";
export { type ImageSurvey, type ImageSurveyOptions, type Skipped, surveyImageFolder } from "./image-survey.ts";
export { loadFashionMnist, loadMnist } from "./mnist.ts";
export { listPictures, type PictureFile, type PictureFiles } from "./picture-files.ts";
export { type NameKind, pictureKind } from "./picture-names.ts";
export { type FolderLink, findPictures, type PictureTree } from "./picture-tree.ts";
export { loadPicture } from "./pictures.ts";
