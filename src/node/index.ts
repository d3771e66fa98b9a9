// "chainrule/node": data sets, pictures and whole files from the file system, for Node.
export { type DecodePictureOptions, decodePicture } from "./decode.ts";
export { checkWritable, readBytes, writeWhole } from "./files.ts";
export { listPictures, type PictureFile, type PictureFiles } from "./folder/list.ts";
export { type NameKind, pictureKind } from "./folder/names.ts";
export { type FolderLink, findPictures, type PictureTree } from "./folder/tree.ts";
export { findIdx, type IdxPair, type IdxSet } from "./idx/find.ts";
export { loadFashionMnist, loadMnist } from "./idx/mnist.ts";
export { loadPicture } from "./pictures.ts";
export { printable } from "./printable.ts";
export { framePicture, type PictureForm } from "./reading/frame-picture.ts";
export {
  type FrameBatchesOptions,
  type FramedPictures,
  type FramePicturesOptions,
  frameBatches,
  framePictures,
} from "./reading/frame-pictures.ts";
export { type CacheUse, type ImageFolder, type ImageFolderOptions, loadImageFolder } from "./reading/image-folder.ts";
export { type ImageSurvey, type ImageSurveyOptions, type Skipped, surveyImageFolder } from "./reading/image-survey.ts";
export {
  type ImageFolderStream,
  type StreamFolderOptions,
  type StreamReading,
  streamImageFolder,
} from "./reading/stream-folder.ts";
export { systemCode, systemReason } from "./system-error.ts";
