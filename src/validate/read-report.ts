// Owns reading a report of before: enough of it is checked that what is compared is there.
import { z } from 'zod';

import { readDocument } from './input/read-file.ts';
import { REPORT_FORMAT } from './report.ts';
import type { Report } from './report.ts';

const block = z.looseObject({
  call: z.number(),
  cpu: z.number().nullable(),
  parts: z.record(z.string(), z.number()),
  yardstick: z.number().positive(),
});
const SCHEMA = z.looseObject({
  format: z.literal(REPORT_FORMAT),
  baseline: z
    .looseObject({
      scenarios: z.array(z.looseObject({ name: z.string(), blocks: z.array(block) })),
    })
    .optional(),
  load: z.looseObject({ levels: z.array(z.looseObject({})) }).optional(),
});

/** @throws AppError INPUT_INVALID */
export async function readReport(file: string): Promise<Report> {
  const hint = 'A report is the report.json of a run of askonce validate.';
  return (await readDocument(file, { schema: SCHEMA, hint })) as unknown as Report;
}
