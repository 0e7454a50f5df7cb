import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { plainWording } from '../../../src/cache/frame-wording.ts';
import { ODD_TEXTS } from '../../support/pairs.ts';

describe('what means the same is written the same', () => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ['sales 2024Q1', 'sales 2024 Q1'],
    ["sales in Mar '24", 'sales in Mar 2024'],
    ['orders l30d', 'orders last 30 days'],
    ['orders L4W and l6m', 'orders last 4 weeks and last 6 months'],
    ['the last 30d', 'the last 30 days'],
    ['the last 3d', 'the last 3 days'],
    ['stays of 4 nts', 'stays of 4 nights'],
    ['last 2 mths', 'last 2 months'],
    ['per qtr', 'per quarter'],
    ['the first three months of 2024', 'the Q1 2024'],
    ["2024's final three months", 'Q4 2024'],
    ['the first six months of the year 2024', 'the first half of 2024'],
    ['the last 6 months of 2024', 'the second half of 2024'],
    ['due between now and 2 weeks from now', 'due in the next 2 weeks'],
    ['due within ten days from today', 'due in the next ten days'],
    ['due no more than 30 days ahead', 'due in the next 30 days'],
    ['over the 30 days to come', 'in the next 30 days'],
    ['seen less than 3 days ago', 'seen in the last 3 days'],
    ['the month just past', 'last month'],
    ['revenue YTD', 'revenue this year to date'],
    ['revenue so far this year', 'revenue this year to date'],
    ['revenue since January 1st of this year', 'revenue this year to date'],
    ['open at the moment', 'open now'],
    ['the last month of 2024', 'the December 2024'],
    ['orders past 2024', 'orders after 2024'],
    ['orders past 3/15/2024', 'orders after 2024-03-15'],
    ['bought exactly once', 'bought exactly 1 time'],
    ['litres per 100 kilometres', 'litres  per hundredkm'],
    ['which city leads in sales', 'which city with the most sales'],
    ['who leads in the number of goals', 'who with the most goals'],
    ['heavier than 20 t', 'heavier than 20 tonnes'],
    ['heavier than 20T or 20 T', 'heavier than 20T or 20 tonnes'],
    ['2023 plus the open ones', '2023 and the open ones'],
    ['from €50 up to €90', 'between €50 and €90'],
    ['in the range of 5 - 10', 'between 5 and 10'],
    ['the 50th percentile', 'the median'],
    ['several orders', 'more than one orders'],
    ['within a single order', 'within the same order'],
    ['more orders than any other city', 'the most orders'],
    ['more orders than any other customer in 2024', 'the most orders in 2024'],
    ['more open orders than anyone else', 'the most open orders'],
    ['not counting returns', 'excluding returns'],
    ['the phone no. of', 'the phone number of'],
    ['the overall average price', 'the average price'],
    ['the average price overall', 'the average price'],
    ['contracts that each of the two parties signed', 'contracts that both parties signed'],
    ['from 13/04/2024 to 05/06/2024', 'from 2024-04-13 to 2024-06-05'],
    ['from 04/13/2024 to 05/06/2024', 'from 2024-04-13 to 2024-05-06'],
    ['on 03/04/2024 (dd/mm/yyyy)', 'on 2024-04-03 (dd/mm/yyyy)'],
  ];
  for (const [said, meant] of cases) {
    test(`"${said}" is "${meant}"`, () => {
      assert.equal(plainWording(said), meant);
    });
  }
});

describe('what means something else is left alone', () => {
  const cases: readonly string[] = [
    'How many 3D printers are there?',
    'models in 2d',
    'bookings made over 30 days ahead',
    'contracts that end more than 30 days from now',
    'between now and 3 weeks ago',
    'between now and last month',
    'orders in the past 1.5 years',
    'events in the past 2000 hours',
    'customers past 2000 orders',
    'trips over 100 km',
    'cars driven for 100 km',
    'How many leads in Germany were won?',
    'which leads in 2024 were lost',
    'which new leads in the pipeline',
    'cars built 2020+ in Germany',
    'hotels within one mile of the beach',
    'tickets closed within one business day',
    'closed within a single hour',
    'more customers than all others combined',
    'more customers than all other cities together',
    'the average overall rating',
    'the average overall of players',
    'the size 3T',
    '4 t-shirts',
    'the rating of each of the two products',
    'did each of the two stores sell',
    'on 03/04/2024',
    'from 13/04/2024 to 04/13/2024',
    'a wall of 3 markers',
  ];
  for (const said of cases) {
    test(`"${said}" stays`, () => {
      assert.equal(plainWording(said), said);
    });
  }

  for (const [said, stays] of [
    ['more customers than any other in Europe', 'in Europe'],
    ['more customers than any other outside Europe', 'outside Europe'],
    ['more customers than any other city except Berlin', 'except Berlin'],
    ['more orders than any other before 2020', 'before 2020'],
    ['more orders than any other German city', 'German city'],
  ] as const) {
    test(`of which "${said}" is the most is still said`, () => {
      assert.ok(plainWording(said).endsWith(` ${stays}`), plainWording(said));
    });
  }
});

describe('what is quoted is never reworded', () => {
  const values: readonly string[] = [
    `"last 30d"`,
    `'ytd'`,
    `'Don't wait 30d'`,
    `'Men's 20 t shirts, 5 nts'`,
    `"It's one-way 20 t"`,
    `'the "first three months of 2024"'`,
    `'13/04/2024'`,
    `"fortnight"`,
    `"3 thru 4"`,
  ];
  for (const value of values) {
    for (const question of [value, `orders of ${value} in 13/05/2024`, `(${value}), ytd`]) {
      test(question, () => {
        assert.ok(plainWording(question).includes(value), plainWording(question));
      });
    }
  }

  test('around a quotation it is', () => {
    assert.equal(plainWording(`the last 30d of "30d"`), 'the last 30 days of "30d"');
    assert.equal(plainWording(`“30d” 30d`), '"30d" 30 days');
  });
  test('a mark that closes far away, as no token is quoted by it, opens no quotation', () => {
    const far = `24" screens ${'x '.repeat(80)}named "30d"`;
    assert.ok(plainWording(far).endsWith('"30d"'));
  });
});

test('a rewording is plain: said again, nothing changes', () => {
  for (const said of ['revenue YTD', 'l30d', 'more orders than any other', 'one-time 20 t 30d'])
    assert.equal(plainWording(plainWording(said)), plainWording(said), said);
});

test('names that every object has are words like others', () => {
  for (const said of ['constructor', '__proto__', 'toString of hasOwnProperty', 'lconstructor'])
    assert.equal(plainWording(said), said);
});

test('nothing is too odd to be reworded', () => {
  for (const text of ODD_TEXTS) assert.equal(typeof plainWording(text), 'string');
});

describe('the time grows with the length and no faster', () => {
  const hostile: readonly string[] = [
    'a',
    '1',
    '1 ',
    '1d',
    ' ',
    '"',
    "'",
    " 'a",
    "'a'b",
    `"'`,
    '-',
    'a-',
    '1st-',
    '1st-a',
    '1/1/',
    '1/1/2024',
    '2024 ',
    "2024's first ",
    'jan ',
    "jan '",
    'last three months of ',
    'between now and ',
    'from today until ab-cd days ',
    'within the ten days ',
    'over the ten days ',
    'no more than ',
    'more a ',
    'more a-b than ',
    'more than any other ',
    'more a than any other ',
    'counting ',
    'average ',
    'average a overall ',
    'overall ',
    'leads in ',
    'which a leads in ',
    'per 100 ',
    'fuel over 100 ',
    'from 1,1,1,1 up to ',
    'in the range of 1 - ',
    'phone no. ',
    'since the start of ',
    'past 1.1.',
    'within one ',
    'sq. ',
    '(min',
    'éé',
    'ﷺ',
    '🙂',
  ];
  /** The best of some tries, in milliseconds of the processor: others may have it meanwhile. */
  const timeOf = (text: string): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 3; tries += 1) {
      const begin = process.cpuUsage();
      plainWording(text);
      best = Math.min(best, process.cpuUsage(begin).user / 1000);
    }
    return best;
  };
  const filled = (part: string, chars: number): string =>
    part.repeat(Math.ceil(chars / part.length)).slice(0, chars);
  for (const part of hostile) {
    for (const text of [part, part.trim()].filter(
      (one, at) => one !== '' && (at === 0 || one !== part),
    ))
      test(`8,000 characters of "${text}"`, () => {
        const [quarter, whole] = [timeOf(filled(text, 2_000)), timeOf(filled(text, 8_000))];
        // Quadratic would be sixteen times: eight leaves room for what else the machine does.
        assert.ok(
          whole < 8 * quarter + 20,
          `${quarter.toFixed(1)} ms, then ${whole.toFixed(1)} ms`,
        );
        assert.ok(whole < 250, `${whole.toFixed(1)} ms`);
      });
  }
  test('what is beyond 8,000 characters is not looked at', () => {
    assert.equal(plainWording('ab '.repeat(1_000_000)).length, 8_000);
  });
});
