/** What worlds, their picture and their film need for clients; loaded behind the first picture. */
export { decodeAssignment, partitionOfKey, valueName, worldParts } from "@chronik/core/sim/clients";
export { BrokerViews } from "@chronik/core/view/brokers";
export { decodeResponse } from "@chronik/core/wire";
export { KeptView } from "./filmView.ts";
