// Owns dialogs: the browser's own, which keep the focus inside and give it back.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

import type { Action } from '../load.ts';
import { FaultBox } from './feedback.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Beside the one that closes it. */
  readonly actions?: ComponentChildren;
  readonly closeLabel?: string;
}

export function Dialog({ title, onClose, children, actions, closeLabel = 'Close' }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={heading}>{title}</h2>
      <div class="dialog-body">{children}</div>
      <div class="actions">
        <button type="button" onClick={onClose}>
          {closeLabel}
        </button>
        {actions}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly confirmLabel: string;
  readonly isDanger?: boolean;
  /** False while it is not known yet what would happen. */
  readonly isReady?: boolean;
  readonly action: Action;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is done, and shows why it could not be done. */
export function Confirm(props: ConfirmProps) {
  const { title, children, confirmLabel, isDanger = false, isReady = true, action } = props;
  return (
    <Dialog
      title={title}
      onClose={props.onClose}
      closeLabel="Cancel"
      actions={
        <button
          type="button"
          class={isDanger ? 'danger' : 'primary'}
          disabled={!isReady || action.isBusy}
          onClick={props.onConfirm}
        >
          {confirmLabel}
        </button>
      }
    >
      {children}
      {action.fault && <FaultBox fault={action.fault} />}
    </Dialog>
  );
}
