// Owns forgetting: first what would go, then a confirmation that names it. What goes is the cache's alone, never
// the data's.
import { useConsole } from '../console.ts';
import type { Forgotten, WouldForget } from '../contract-policy.ts';
import { bytes, plural } from '../format.ts';
import { useAction, useLoad } from '../load.ts';
import { Confirm } from './dialog.tsx';
import { LoadedView } from './feedback.tsx';
import { Excerpt } from './text.tsx';

interface ForgetDialogProps {
  /** "this wording", as it goes on after "Forget". */
  readonly what: string;
  /** Of the tool cache_forget. */
  readonly args: object;
  readonly onClose: () => void;
  readonly onForgotten: () => void;
}

export function ForgetDialog({ what, args, onClose, onForgotten }: ForgetDialogProps) {
  const { session, notices } = useConsole();
  const would = useLoad(JSON.stringify(args), (abort) =>
    session.call<WouldForget>('cache_forget', args, abort),
  );
  const action = useAction();
  const token = would.data?.confirm;
  const forget = (): void =>
    action.run(async () => {
      const gone = await session.call<Forgotten>('cache_forget', { ...args, confirm: token });
      notices.say(`Forgotten: ${amounts(gone)}.`);
      onClose();
      onForgotten();
    });
  return (
    <Confirm
      title={`Forget ${what}?`}
      confirmLabel="Forget"
      isDanger
      isReady={token !== undefined}
      action={action}
      onConfirm={forget}
      onClose={onClose}
    >
      <LoadedView what="what would go" of={would}>
        {(data) => (
          <>
            <p>
              <strong>{amounts(data)}</strong> would go from the cache. The data stay as they are:
              an agent that asks again writes its statement again.
            </p>
            {data.examples.length > 0 && (
              <>
                <h3>Among them</h3>
                <ul class="examples">
                  {data.examples.map(({ id, question }) => (
                    <li key={id}>
                      <Excerpt text={question} />
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </LoadedView>
    </Confirm>
  );
}

const amounts = (of: WouldForget | Forgotten): string =>
  `${plural(of.plans, 'statement')}, ${plural(of.questions, 'wording')} and ` +
  `${plural(of.results, 'stored result')} (${bytes(of.bytes)})`;
