// Owns the help on the keyboard, on `?`.
import { useState } from 'preact/hooks';

import { useConsole } from './console.ts';
import { NAVIGATION } from './navigation.ts';
import { Dialog } from './parts/dialog.tsx';
import { useShortcuts } from './shortcuts.ts';

const KEYS: ReadonlyArray<readonly [string, string]> = [
  ['?', 'this help'],
  ['/', 'the search or the first field of the page'],
  ['j, ↓', 'next in the list'],
  ['k, ↑', 'previous in the list'],
  ['Enter', 'open it'],
  ['s', 'review: both ask the same'],
  ['d', 'review: they ask for different things'],
  ['n', 'review: skip to the next'],
  ['u', 'review: undo the last verdict'],
];

export function Help() {
  const { shortcuts } = useConsole();
  const [isOpen, setOpen] = useState(false);
  useShortcuts({ '?': () => setOpen(true) });
  return (
    <>
      <button
        type="button"
        class="quiet"
        aria-label="Help on the keyboard"
        aria-keyshortcuts="?"
        onClick={() => setOpen(true)}
      >
        ?
      </button>
      {isOpen && (
        <Dialog title="Keyboard" onClose={() => setOpen(false)}>
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">What it does</th>
              </tr>
            </thead>
            <tbody>
              {KEYS.map(([key, what]) => (
                <tr key={key}>
                  <td>
                    <kbd>{key}</kbd>
                  </td>
                  <td>{what}</td>
                </tr>
              ))}
              {NAVIGATION.map(({ key, title }) => (
                <tr key={title}>
                  <td>
                    <kbd>g</kbd> <kbd>{key}</kbd>
                  </td>
                  <td>go to {title}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <label class="check">
            <input
              type="checkbox"
              checked={shortcuts.isOn.value}
              onChange={({ currentTarget }) => shortcuts.turn(currentTarget.checked)}
            />
            Keys do something
          </label>
        </Dialog>
      )}
    </>
  );
}
