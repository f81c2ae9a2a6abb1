/** What is on the nodes' disks, for a `Projector` that is told to show them. */
export { DiskViews } from "./diskView.ts";
