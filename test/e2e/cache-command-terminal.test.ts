// `askonce cache` with a person at the terminal: decisions come one at a time with a key each, and nothing is forgotten
// before somebody has said yes. The server is real; the terminal is two streams.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';

import { runCli } from '../../src/cli/run.ts';
import { call } from '../support/askonce.ts';
import { COUNT, REPHRASED, shopThatServes } from '../support/cache-command.ts';
import { eventually } from '../support/eventually.ts';

/** A command whose keys are pressed by the test. */
function typed(url: string, args: readonly string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const screen = () => Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
  const [stdout, stderr] = [screen(), screen()];
  let shown = '';
  stdout.on('data', (data: Buffer) => (shown += data.toString()));
  stderr.resume();
  const [name = '', ...rest] = args;
  const env = { NO_COLOR: '1' };
  const options = { args: ['cache', name, url, ...rest], env, version: '1', stdin, stdout, stderr };
  const ended = runCli(options);
  return {
    shown: () => shown,
    ended,
    press: async (key: string, after: string) => {
      await eventually(`"${after}" is shown`, () => shown.includes(after));
      shown = '';
      stdin.write(key);
    },
  };
}

test('open decisions come one at a time, are judged with a key, and a verdict is taken back', async (t) => {
  const { client, server, answerId } = await shopThatServes(t);
  await call(client, 'report', { answer_id: answerId, verdict: 'wrong', note: 'it is of 2023' });
  const { press, shown, ended } = typed(server.url, ['review']);
  await press('x', '1 open  [s]ame  [d]ifferent');
  await press('s', '');
  assert.equal(await ended, 0);
  assert.match(
    shown(),
    /^same: this wording is now known[^]*\n1 verdict given; nothing is open\.\n$/,
  );
  assert.equal((await call(client, 'ask', { question: REPHRASED })).status, 'answered');

  await call(client, 'report', { answer_id: answerId, verdict: 'wrong' });
  const again = typed(server.url, ['review']);
  await again.press('n', 'an agent reported it');
  assert.equal(await again.ended, 0);
  assert.match(again.shown(), /0 verdicts given; 1 open\./);
  const last = typed(server.url, ['review']);
  await last.press('q', `asked        ${REPHRASED}`);
  assert.equal(await last.ended, 0);
});

test('a verdict is taken back with u, and the decision is there to be judged again', async (t) => {
  const { client, server, command } = await shopThatServes(t);
  const kinds = ['registered', 'paying'];
  for (const kind of kinds) {
    const question = `how many ${kind} customers are in Germany`;
    assert.equal((await call(client, 'ask', { question })).status, 'confirm');
  }
  const { press, ended, shown } = typed(server.url, ['review']);
  await press('d', '[q]uit');
  await press('u', 'different: this question is not answered');
  await press('d', 'undo: what was said about it is taken back');
  await press('q', 'different: this question is not answered');
  assert.equal(await ended, 0);
  assert.match(shown(), /1 verdict given; 1 open\./);
  assert.equal((await command.json('review'))['open'], 1);
});

test('nothing is forgotten before somebody says yes', async (t) => {
  const { client, server } = await shopThatServes(t);
  const no = typed(server.url, ['forget', '--table', 'customers']);
  await no.press('n', 'Forget this? [y/N]');
  assert.equal(await no.ended, 1);
  assert.match(no.shown(), /no\nNothing has gone\.\n$/);
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'answered');
  const yes = typed(server.url, ['forget', '--table', 'customers']);
  await yes.press('y', 'Would go: 1 statement');
  assert.equal(await yes.ended, 0);
  assert.match(yes.shown(), /Forgotten: 1 statement/);
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'needs_sql');
});
