/** Clients, and what brokers do for them: what a `Projector` of a world with clients needs. */
export { BrokerViews } from "./brokerViews.ts";
export type { ClientReaders } from "./brokerViews.ts";
