// Owns `npm run audit`: whether a package that ships has a known weakness. Where nobody can be asked it says so, and
// is no fault of the change that is checked.
import { spawn } from 'node:child_process';

import { judgeAudit } from './audit-verdict.ts';

const child = spawn('npm', ['audit', '--omit=dev', '--json'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
let output = '';
for await (const data of child.stdout) output += String(data);
const { exitCode, text } = judgeAudit(output);
process.stdout.write(`${text}\n`);
process.exitCode = exitCode;
