/** What a world lacks until it has clients, and worlds that have everything from the start. */
export { createWorld, worldParts } from "./createWorld.ts";
export { replay } from "./seek.ts";
export { decodeAssignment } from "./client/consumerProtocol.ts";
export { partitionOfKey } from "./client/partitioner.ts";
export { valueName } from "./client/records.ts";
