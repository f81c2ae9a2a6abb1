interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
  readonly id?: string;
}

/** A whole number within bounds, which the browser holds it to. */
export function NumberField({ label, value, min, max, onChange, id }: NumberFieldProps) {
  return (
    <label className="field number">
      <span className="quiet">{label}</span>
      <input
        id={id}
        type="number"
        value={value}
        min={min}
        max={max}
        required
        onChange={({ target }) => {
          if (Number.isInteger(target.valueAsNumber)) onChange(target.valueAsNumber);
        }}
      />
    </label>
  );
}
