// Owns what stands where nothing is yet: waiting, nothing found, a fault with what to do about it.
import type { ComponentChildren } from 'preact';

import type { Fault } from '../http.ts';
import type { Loaded } from '../load.ts';

export function Pending({ what }: { readonly what: string }) {
  return (
    <p class="pending" role="status">
      Loading {what} …
    </p>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

interface FaultBoxProps {
  readonly fault: Fault;
  readonly onRetry?: (() => void) | undefined;
}

export function FaultBox({ fault, onRetry }: FaultBoxProps) {
  return (
    <div class="fault" role="alert">
      <p>
        <strong>{fault.message}</strong> {fault.hint} <code>{fault.code}</code>
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

interface LoadedViewProps<Document> {
  readonly what: string;
  readonly of: Loaded<Document>;
  readonly children: (data: Document) => ComponentChildren;
}

/** The document, with the fault of its last reading above it. */
export function LoadedView<Document>({ what, of, children }: LoadedViewProps<Document>) {
  const { data, fault, isLoading, reload } = of;
  return (
    <>
      {fault && <FaultBox fault={fault} onRetry={reload} />}
      {data === null && isLoading && <Pending what={what} />}
      {data !== null && (
        <div class="loaded" aria-busy={isLoading}>
          {children(data)}
        </div>
      )}
    </>
  );
}
