// Tables fit the terminal: figures stay whole, texts give way, wide characters count as two.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createColors } from 'colorette';
import stringWidth from 'string-width';

import type { Look } from '../../../src/cli/look.ts';
import { bar, facts, sparkline, table } from '../../../src/cli/table.ts';

const lookOf = (width: number, useColor = false): Look => ({
  width,
  colors: createColors({ useColor }),
  now: 0,
});

const COLUMNS = [
  { title: 'question', isCut: true },
  { title: 'uses', align: 'right' },
] as const;

test('columns are aligned, figures at the right', () => {
  const rows = [
    ['how many customers', '7'],
    ['客户有多少', '1.2 k'],
  ];
  assert.equal(
    table(COLUMNS, rows, lookOf(80)),
    ['question             uses', 'how many customers      7', '客户有多少          1.2 k'].join(
      '\n',
    ),
  );
});

test('no line is wider than the terminal, whatever is in it, and colours do not count', () => {
  const { red } = createColors({ useColor: true });
  const rows = [
    ['question '.repeat(40), '1'],
    ['客户'.repeat(60), '22'],
    [red('red '.repeat(50)), '333'],
  ];
  for (const width of [40, 41, 80, 133]) {
    const lines = table(COLUMNS, rows, lookOf(width, true)).split('\n');
    assert.equal(lines.length, 4);
    for (const line of lines) assert.ok(stringWidth(line) <= width, `${width}: ${line}`);
    assert.match(lines[3]!, /333$/, 'figures stay');
  }
});

test('without a terminal nothing is cut', () => {
  const long = 'question '.repeat(100).trim();
  assert.ok(table(COLUMNS, [[long, '1']], lookOf(Infinity)).includes(long));
});

test('a last column that wraps goes on below itself', () => {
  const columns = [{ title: 'name' }, { title: 'meaning', isWrapped: true }];
  const text = 'Wrong answers tolerated among those served by similarity';
  assert.equal(
    table(columns, [['rate', text]], lookOf(40)),
    [
      'name  meaning',
      'rate  Wrong answers tolerated among',
      '      those served by similarity',
    ].join('\n'),
  );
});

test('facts wrap beside their names', () => {
  const pairs = [
    ['why', 'It was taken for an earlier question in other words'],
    ['from', 'memory'],
  ] as const;
  assert.equal(
    facts(pairs, lookOf(40)),
    ['why   It was taken for an earlier', '      question in other words', 'from  memory'].join(
      '\n',
    ),
  );
});

test('bars are as long as their share, to an eighth of a column, and never longer than there is room', () => {
  assert.deepEqual(
    [0, 0.5, 0.53, 1, 7, -1, null].map((share) => bar(share, 4)),
    ['    ', '██  ', '██▏ ', '████', '████', '    ', '    '],
  );
  assert.equal(sparkline([0, 1, 7, 14]), '▁▂▅█');
});
