// Known weaknesses fail a build; a registry that does not tell of them is no weakness, and is told of.
import assert from 'node:assert/strict';
import test from 'node:test';

import { judgeAudit } from '../../../dev/audit-verdict.ts';

const report = (severity: string): string =>
  JSON.stringify({
    vulnerabilities: { leftpad: { severity } },
    metadata: { vulnerabilities: { [severity]: 1, total: 1 } },
  });

test('a grave weakness is named and fails, a lesser one does not', () => {
  for (const severity of ['high', 'critical']) {
    const { exitCode, text } = judgeAudit(report(severity));
    assert.equal(exitCode, 1);
    assert.match(text, new RegExp(`leftpad \\(${severity}\\)`));
  }
  assert.equal(judgeAudit(report('moderate')).exitCode, 0);
});

test('a registry that cannot be asked is told of and fails nothing', () => {
  for (const output of ['', 'null', '{"message":"405","error":{"summary":""}}', '<html>']) {
    const { exitCode, text } = judgeAudit(output);
    assert.equal(exitCode, 0, output);
    assert.match(text, /NOT CHECKED/, output);
  }
});
