// Writes the evidence of labelled pairs as CSV, the way the product gathers it, for trees.py.
//
//   node models/training/evidence.mjs PAIRS.jsonl > OUT.csv      (build first: npm run build)
import { readFileSync } from 'node:fs';
import { createLexicon, gather } from '../../dist/src/cache/evidence.js';
import { NO_FACTS } from '../../dist/src/cache/facts.js';
import { frameOf } from '../../dist/src/cache/frame.js';
import { createStatementGuard } from '../../dist/src/query/guard.js';

const guard = await createStatementGuard();
const lexicon = createLexicon(readFileSync('models/askonce-verifier-v1/synonyms.txt', 'utf8'));
const known = new Map();

/** Research sets write text in double quotes, which PostgreSQL reads as names: tried once more as text. */
function factsOf(sql) {
  if (!sql) return NO_FACTS;
  if (!known.has(sql)) {
    let facts = NO_FACTS;
    for (const text of [sql, sql.replace(/"([^"]*)"/g, "'$1'")]) {
      try {
        facts = guard.check(text).facts;
        break;
      } catch {}
    }
    known.set(sql, facts);
  }
  return known.get(sql);
}

/** Pairs of one earlier question, or of one statement, share a fold. */
const fold = (text) =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % 5;

const rows = readFileSync(process.argv[2], 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const out = [];
rows.forEach((row, index) => {
  const pair = {
    earlier: { question: row.cached_question, frame: frameOf(row.cached_question) },
    later: { question: row.new_question, frame: frameOf(row.new_question) },
    facts: factsOf(row.cached_sql),
  };
  const { measures, names } = gather(pair, lexicon);
  if (index === 0) out.push(['fold', 'same', ...names].join(','));
  out.push(
    [
      fold(row.cached_sql || row.cached_question),
      row.same ? 1 : 0,
      ...measures.map((value) => Number(value.toFixed(4))),
    ].join(','),
  );
});
process.stdout.write(out.join('\n') + '\n');
