// Owns the choice whether what is learned is run as well.
interface ReadRowsProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function ReadRows({ isOn, onChange }: ReadRowsProps) {
  return (
    <label class="check" title="They are kept for whoever is signed in here.">
      <input
        type="checkbox"
        checked={isOn}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      Read the rows, too
    </label>
  );
}
