// Owns the list of the pages: their titles, their keys, what renders them.
import type { FunctionComponent } from 'preact';

import { Alerts } from './pages/alerts.tsx';
import { Decide } from './pages/decide.tsx';
import { EntryPage } from './pages/entry.tsx';
import { Overview } from './pages/overview.tsx';
import { PolicyPage } from './pages/policy.tsx';
import { Questions } from './pages/questions.tsx';
import { Review } from './pages/review.tsx';
import { Tuning } from './pages/tuning.tsx';
import { Warm } from './pages/warm.tsx';
import { Why } from './pages/why.tsx';
import type { PageName } from './route.ts';

export interface PageProps {
  readonly id: string | null;
}

interface PageKind {
  readonly name: PageName;
  readonly title: string;
  /** After `g`; none for a page that others lead to. */
  readonly key: string | null;
  readonly Page: FunctionComponent<PageProps>;
}

const KINDS: readonly PageKind[] = [
  { name: 'overview', title: 'Overview', key: 'o', Page: Overview },
  { name: 'questions', title: 'Questions', key: 'q', Page: Questions },
  { name: 'why', title: 'Why', key: 'w', Page: Why },
  { name: 'decide', title: 'Decide', key: 'd', Page: Decide },
  { name: 'review', title: 'Review', key: 'r', Page: Review },
  { name: 'tuning', title: 'Tuning', key: 't', Page: Tuning },
  { name: 'policy', title: 'Policy', key: 'p', Page: PolicyPage },
  { name: 'warm', title: 'Warm', key: 'm', Page: Warm },
  { name: 'alerts', title: 'Alerts', key: 'a', Page: Alerts },
  { name: 'entry', title: 'Entry', key: null, Page: EntryPage },
];

export const NAVIGATION = KINDS.filter(({ key }) => key !== null);

export const pageOf = (name: PageName): PageKind => KINDS.find((kind) => kind.name === name)!;
