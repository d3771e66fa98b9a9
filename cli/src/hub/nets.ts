// The nets that --from fetches by name: files of timm on the Hugging Face hub, whose tensors have the names that chainrule/model reads. Checksums
// and licences are those that the hub shows of the files; where a checksum is null, the one that the hub sends with the file is used.
import { type BackboneName, backboneNames } from "chainrule/model";

export interface HubNet {
  readonly architecture: BackboneName;
  /** Its folder on the hub. */
  readonly repository: string;
  /** Of the file, rounded; the server says the exact size. */
  readonly megabytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string | null;
  /** As the net's page on the hub has it; null where that page was not seen. */
  readonly licence: string | null;
}

/** The name of the file in each repository. */
const hubFile = "model.safetensors";
const publicHub = "https://huggingface.co";
/** The environment variable with the address of another server that has the same paths. */
const hubVariable = "CHAINRULE_HUB";

interface Seen {
  readonly sha256?: string;
  readonly licence?: string;
}

const net = (architecture: BackboneName, weights: string, megabytes: number, seen: Seen = {}): HubNet => ({
  architecture,
  repository: `timm/${architecture}.${weights}`,
  megabytes,
  sha256: seen.sha256 ?? null,
  licence: seen.licence ?? null,
});

const apache = { licence: "Apache-2.0" };

export const hubNets: readonly HubNet[] = [
  net("mobilenetv2_100", "ra_in1k", 14.2, {
    ...apache,
    sha256: "55ea4fb3a96010b933710ebf44fc965b070d5cd054d3f35e44f2d1320b4a714e",
  }),
  net("efficientnet_lite0", "ra_in1k", 18.8),
  net("tf_efficientnet_lite0", "in1k", 18.8, apache),
  net("efficientnet_b0", "ra_in1k", 21.4),
  net("tf_efficientnet_b0", "aa_in1k", 21.4, {
    sha256: "bc97e48e1360ee9d9c9d8a39ad2fb9b85ad150eb89d6fc69cd0f08301b5e0b3e",
  }),
  net("vit_tiny_patch16_224", "augreg_in21k_ft_in1k", 22.9, apache),
  net("resnet18", "a1_in1k", 46.8, {
    ...apache,
    sha256: "80c49dee3da4822c009c5a7fe591e9223c5a2cfcf95a4067ca4dfb5a7b89c612",
  }),
  net("resnet34", "a1_in1k", 87.3),
  net("vit_small_patch16_224", "augreg_in21k_ft_in1k", 88.2),
  net("resnet50", "a1_in1k", 102, {
    sha256: "773525d5821de224f8f30c33377b7a795d7863e08522698200d3217d3f2a41bb",
  }),
];

/** The net of a word: "resnet18", "resnet18.a1_in1k", or "timm/resnet18.a1_in1k"; null where there is none. */
export function hubNet(word: string): HubNet | null {
  const names = ({ architecture, repository }: HubNet) => [architecture, fileName(repository), repository];
  return hubNets.find((one) => names(one).includes(word)) ?? null;
}

/** "timm/resnet18.a1_in1k" -> "resnet18.a1_in1k" */
export const fileName = (repository: string): string => repository.slice(repository.indexOf("/") + 1);

/** The licence in words; where it was not seen, the page that has it. */
export const licenceOf = ({ repository, licence }: HubNet): string =>
  licence === null ? `licence on ${publicHub}/${repository}` : `licence ${licence}`;

/** The address of the net's file, on the public hub or on the server that the environment names. */
export function addressOf({ repository }: HubNet, env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  const hub = (env[hubVariable] || publicHub).replace(/\/+$/, "");
  return `${hub}/${repository}/resolve/main/${hubFile}`;
}

/** The names that --from knows, for messages. */
export const hubNames = (): string => backboneNames.filter((name) => hubNet(name) !== null).join(", ");
