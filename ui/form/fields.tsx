import { useId } from "react";

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly className?: string;
  readonly lettersMax?: number;
  readonly id?: string;
}

/** A field with its name inside. */
export function TextField(props: TextFieldProps) {
  const { label, value, onChange, className = "", lettersMax = 100, id } = props;
  return (
    <label className={`field ${className}`}>
      <span className="quiet">{label}</span>
      <input
        id={id}
        value={value}
        maxLength={lettersMax}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

interface ChoiceFieldProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly values: readonly Value[];
  readonly onChange: (value: Value) => void;
}

/** One of a few, all of them in sight. */
export function ChoiceField<Value extends string>(props: ChoiceFieldProps<Value>) {
  const { label, value, values, onChange } = props;
  const group = useId();
  return (
    <fieldset className="segmented" aria-label={label}>
      <span className="quiet">{label}</span>
      {values.map((choice) => (
        <label key={choice}>
          <input
            className="hidden-text"
            type="radio"
            name={group}
            checked={value === choice}
            onChange={() => onChange(choice)}
          />
          {choice}
        </label>
      ))}
    </fieldset>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly title: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Yes or no. */
export function CheckField({ label, title, checked, disabled = false, onChange }: CheckFieldProps) {
  return (
    <label className="check small" title={title}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={({ target }) => onChange(target.checked)}
      />
      {label}
    </label>
  );
}
