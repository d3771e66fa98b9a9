// The size in which pictures are read for a net.
import type { ArchitectureName } from "chainrule/model";

/**
 * The longer side in pixels to which larger pictures are reduced, unless --size names another size. Pictures of more pixels gave no net more
 * right answers, and take more memory and time.
 */
export const maxSides: Readonly<Record<ArchitectureName, number>> = { mlp: 64, cnn: 64, "conv-bn": 64 };
