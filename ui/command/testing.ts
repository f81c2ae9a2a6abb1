import type { NodeView } from "@chronik/core/view";
import type { PageState } from "../page.ts";

interface Given {
  readonly nodes?: readonly (Partial<NodeView> & { readonly name: string })[];
  readonly world?: Partial<NonNullable<PageState["world"]>>;
  readonly page?: Partial<PageState>;
  readonly playback?: Partial<PageState["playback"]>;
}

/** For tests: three brokers that run, at 2 s, and what is said of them otherwise. */
export function pageWith({ nodes = [], world, page, playback }: Given = {}): PageState {
  const names = ["n1", "n2", "n3"];
  const views = names.map((name, at) => ({
    name,
    id: at + 1,
    process: "running",
    isPaused: false,
    clockPercent: 100,
    membership: "voter",
    isDamaged: false,
    ...nodes.find((node) => node.name === name),
  }));
  return {
    world: {
      nowUs: 2_000_000,
      nodeNames: names,
      nodes: Object.fromEntries(views.map((view) => [view.name, view])),
      cuts: [],
      links: [],
      network: { latencyMinUs: 25_000, latencyMaxUs: 60_000, lossPercent: 0 },
      flights: [],
      diskFaults: {},
      readies: {},
      partitionNames: ["orders-0"],
      partitions: {
        "orders-0": {
          name: "orders-0",
          topic: "orders",
          partition: 0,
          mode: "isr",
          replicas: ["n1", "n2", "n3"],
          addingReplicas: [],
          removingReplicas: [],
          minInsyncReplicas: 2,
          uncleanElection: false,
        },
      },
      clients: [],
      requests: [],
      events: [],
      ...world,
    },
    playback: {
      mode: "live",
      speed: 0.25,
      endUs: 2_000_000,
      inPast: false,
      seeking: null,
      stepBy: "event",
      autoSlow: true,
      ...playback,
    },
    branch: { name: "A", others: [], bands: [], marks: [] },
    scenario: { name: "", title: "", options: {}, seed: 7, link: "" },
    comparison: null,
    cutDraft: null,
    brush: null,
    theme: "light",
    selectedNode: "n2",
    selectedPartition: "orders-0",
    ...page,
  } as unknown as PageState;
}
