import { CheckField } from "../form/fields.tsx";
import { setSingleKeys, useSingleKeys } from "../keyboardChoice.ts";
import { usePage, useView } from "../pageContext.ts";
import { helpGroups } from "./helpGroups.ts";
import type { KeyGroup } from "./helpGroups.ts";
import { Sheet } from "./Sheet.tsx";

/** Every key and what it does now. It never covers the sentence or stops the cluster. */
export function HelpSheet({ onClose }: { onClose: () => void }) {
  const { store } = usePage();
  // The keys of a node are those of the selected one; the rest is as it was when help was asked for.
  useView((state) => state.selectedNode);
  return (
    <Sheet name="Help" title="Keys" onClose={onClose}>
      <SingleKeys />
      {helpGroups(store.getState()).map((group) => (
        <Group key={group.title} group={group} />
      ))}
    </Sheet>
  );
}

function SingleKeys() {
  const on = useSingleKeys();
  return (
    <CheckField
      label="Keys of one letter"
      title="Off: only Space, arrows, Escape and Ctrl+K do something"
      checked={on}
      onChange={setSingleKeys}
    />
  );
}

function Group({ group: { title, rows } }: { group: KeyGroup }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <dl className="key-list">
        {rows.map(({ keys, meaning, refusal }) => (
          <div key={`${keys.join()} ${meaning}`}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd className={refusal === null ? "" : "quiet"} title={refusal ?? ""}>
              {meaning}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
