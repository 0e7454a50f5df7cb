// Owns what a run leaves behind: the report as JSON and as a page, the plan as files; and what is said of it at the end.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { findingsOf } from './findings.ts';
import { reportPage } from './html/page.ts';
import { planFiles } from './plan/files.ts';
import type { Report } from './report.ts';
import type { Tell } from './tell.ts';

/** @returns the report as it stands in the file. */
export async function writeReport(report: Report, folder: string, tell: Tell): Promise<string> {
  const json = `${JSON.stringify(report, null, 1)}\n`;
  const page = resolve(folder, 'report.html');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'report.json'), json);
  await writeFile(page, reportPage(report));
  if (report.plan) {
    const { compose, kubernetes } = planFiles(report.plan);
    await mkdir(join(folder, 'plan/kubernetes'), { recursive: true });
    await writeFile(join(folder, 'plan/kubernetes/kustomization.yaml'), kubernetes);
    await writeFile(join(folder, 'plan/compose.yml'), compose);
  }
  for (const { isGood, text } of findingsOf(report)) tell.note(`${isGood ? '✓' : '✗'} ${text}`);
  for (const note of report.notes) tell.note(`  ${note}`);
  tell.note(`The report: ${page}`);
  return json;
}
