// Owns how far something long has come, and the button that stops it.
interface StoppableProps {
  /** "Sent", as screen readers name the bar. */
  readonly what: string;
  readonly done: number;
  /** Null where nobody knows. */
  readonly of: number | null;
  readonly text: string;
  readonly onStop: () => void;
}

export function Stoppable({ what, done, of, text, onStop }: StoppableProps) {
  return (
    <p class="progress">
      <progress {...(of !== null && { value: done, max: of })} aria-label={what} />
      <span>{text}</span>
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </p>
  );
}
