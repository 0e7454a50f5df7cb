// Owns the page of what is wrong now, and what to do about it.
import { useConsole } from '../console.ts';
import type { Alert } from '../contract.ts';
import { FaultBox, Pending } from '../parts/feedback.tsx';
import { Shown } from '../parts/text.tsx';

export function Alerts() {
  const { status } = useConsole();
  const { latest, fault } = status;
  const now = latest.value;
  return (
    <>
      <p class="lead">
        What needs somebody now, as the server sees it. Looked at every 10 seconds.
      </p>
      {fault.value && <FaultBox fault={fault.value} />}
      {now === null && !fault.value && <Pending what="the alerts" />}
      {now && <AlertList alerts={now.alerts} />}
    </>
  );
}

export function AlertList({ alerts }: { readonly alerts: readonly Alert[] }) {
  if (alerts.length === 0) return <p class="all-well">No alerts.</p>;
  return (
    <ul class="alerts">
      {alerts.map(({ name, severity, summary, what_to_do }) => (
        <li key={`${name} ${summary}`} class={`alert ${severity}`}>
          <p>
            <span class={`badge ${severity === 'critical' ? 'bad' : 'warn'}`}>{severity}</span>{' '}
            <strong>
              <Shown text={summary} />
            </strong>
          </p>
          <p>
            <Shown text={what_to_do} /> <code>{name}</code>
          </p>
        </li>
      ))}
    </ul>
  );
}
