import type { ReactNode } from "react";

interface FieldFormProps {
  readonly label: string;
  /** What the button says. */
  readonly send: string;
  readonly isPrimary?: boolean;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly onSend: () => void;
  readonly children: ReactNode;
  /** What stands under it. */
  readonly below?: ReactNode;
}

/** A row of fields and the button that sends them. */
export function FieldForm(props: FieldFormProps) {
  const {
    label,
    send,
    isPrimary = false,
    disabled = false,
    title,
    onSend,
    children,
    below,
  } = props;
  return (
    <form
      className="fields"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      {children}
      <button
        type="submit"
        className={isPrimary ? "button primary" : "button"}
        disabled={disabled}
        title={title}
      >
        {send}
      </button>
      {below}
    </form>
  );
}
