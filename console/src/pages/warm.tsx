// Owns the page where the cache learns before anybody asks: from the database's history, from a file; and where
// what it knows becomes such a file.
import { WarmExport } from './warm-export.tsx';
import { WarmFile } from './warm-file.tsx';
import { WarmHistory } from './warm-history.tsx';

export function Warm() {
  return (
    <>
      <p class="lead">
        What the cache knows before anybody asks. Statements are only parsed, unless their rows are
        to be read, too; what a question is bound to already stays.
      </p>
      <WarmHistory />
      <WarmFile />
      <WarmExport />
    </>
  );
}
