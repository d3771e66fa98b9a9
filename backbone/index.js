// Says where the weights are. Bundlers recognise this form and take the file along.
export const efficientnetLite0 = new URL("./efficientnet-lite0.safetensors", import.meta.url);
