import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { asksForLess, asksForMore } from '../../../src/cache/hold-projection.ts';
import { compareFacts } from '../../../src/cache/frame-compare.ts';
import { compareWords } from '../../../src/cache/frame-residue.ts';
import { frameOf } from '../../../src/cache/frame.ts';
import { NO_FACTS } from '../../../src/cache/facts.ts';
import { NO_LEXICON } from '../../../src/cache/evidence.ts';
import { pairOf } from '../../support/pairs.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const { thesaurus, isWord } = await readShippedLexicon();

const EARLIER = 'Show the names, ages and emails of all customers';
const FACTS = { ...NO_FACTS, tables: ['customers'], outputs: ['name', 'age', 'email'] };
const read = (question: string) => ({ question, frame: frameOf(question) });
const drops = (later: string, facts = FACTS): boolean =>
  asksForLess({ earlier: read(EARLIER), later: read(later), facts }, NO_LEXICON.thesaurus);

describe('a column that the new question leaves out', () => {
  for (const later of ['Show the names of all customers', 'names and emails of the customers']) {
    test(`"${later}" asks for less`, () => assert.ok(drops(later)));
  }
  for (const later of [
    'What are the emails, ages and names of the customers?',
    'Show all details of the customers',
    'Show the names of all customers with their ages and emails',
  ]) {
    test(`"${later}" asks for as much`, () => assert.ok(!drops(later)));
  }
  test('what the statement does not return is not missed', () => {
    assert.ok(!drops('Show the names of all customers', { ...FACTS, outputs: ['name'] }));
  });
});

describe('a column that the new question asks for as well', () => {
  const asks = (later: string, outputs: readonly string[] = ['name']): boolean => {
    const pair = pairOf('Show the names of the lakes of Norway', later, { outputs });
    const { earlier, facts } = pair;
    const residue = compareWords(earlier.frame, pair.later.frame, facts, isWord);
    return asksForMore(pair, residue, thesaurus);
  };
  for (const later of [
    'Show the names and depths of the lakes of Norway',
    'What are the names, and the salinity, of the lakes of Norway?',
  ]) {
    test(`"${later}" asks for more`, () => assert.ok(asks(later)));
  }
  for (const [later, outputs] of [
    ['Show the names and depths of the lakes of Norway', ['name', 'depth']],
    ['Show the names and depths of the lakes of Norway', ['*']],
    ['Show the first names and surnames of the lakes of Norway', ['name']],
    ['names, lakes, Norway, alphabetical', ['name']],
    ['What are the names of the Norwegian lakes?', ['name']],
  ] as const) {
    test(`"${later}" is answered by ${outputs.join()}`, () => assert.ok(!asks(later, outputs)));
  }
});

test('"top 5 with the highest" is no other wording of "top 5 with the lowest"', () => {
  const facts = { ...NO_FACTS, orderings: [{ by: 'gpa', direction: 'asc' as const }] };
  const found = compareFacts(
    frameOf('names of the top 5 students with lowest gpa'),
    frameOf('names of the top 5 students with highest gpa'),
    facts,
  );
  assert.ok(found.some(({ rule, weight }) => rule === 'direction' && weight === 'hard'));
});
