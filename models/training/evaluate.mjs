// Measures the shipped files the way askonce uses them: transformers.js, mean pooling, normalised.
//
//   node models/training/evaluate.mjs --models models --model askonce-mini-v1 [--pairs FILE [--fill FILE]]
//
// Prints recall on rephrasings (as evaluate.py does), among the plans of the database and, with
// --fill, with questions of that file put beside them until there are 10,000; a hand-made store,
// agreement between single and batched texts, odd inputs, and the time for one embedding.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { env, pipeline } from '@huggingface/transformers';

const { values: args } = parseArgs({
  options: {
    models: { type: 'string', default: 'models' },
    model: { type: 'string', default: 'askonce-mini-v1' },
    dtype: { type: 'string', default: 'q8' },
    pairs: { type: 'string' },
    fill: { type: 'string' },
    threads: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
if (args.help) {
  console.log(
    'options: --models DIR --model NAME --dtype q8|fp32 --pairs FILE --fill FILE --threads N',
  );
  process.exit(0);
}

env.allowRemoteModels = false;
env.localModelPath = resolve(args.models) + '/';
const extract = await pipeline('feature-extraction', args.model, {
  dtype: args.dtype,
  session_options: { intraOpNumThreads: Number(args.threads) },
});

async function embed(texts, size = 64) {
  const order = texts.map((_, i) => i).sort((a, b) => texts[a].length - texts[b].length);
  const out = new Array(texts.length);
  for (let i = 0; i < order.length; i += size) {
    const part = order.slice(i, i + size);
    const { data, dims } = await extract(
      part.map((j) => texts[j]),
      { pooling: 'mean', normalize: true },
    );
    part.forEach((j, k) => (out[j] = data.slice(k * dims[1], (k + 1) * dims[1])));
  }
  return out;
}
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
const quantile = (xs, q) => [...xs].sort((a, b) => a - b)[Math.floor(q * (xs.length - 1))];

function readLines(path) {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Case and punctuation aside: equal text is found without any vector. */
const plain = (text) => (text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).join(' ');
const STORE_SIZE = 10_000;

async function recall(path, fill) {
  const pairs = readLines(path);
  const others = await fillers(fill);
  // The right plan by any of its wordings, except one in the very words of the new question; by the
  // wording of the pair alone; by any of its wordings, in a store filled up.
  const ranks = { any: [], own: [], filled: [] };
  const [sets, same, other] = [[], [], []];
  for (const domain of new Set(pairs.map((p) => p.domain))) {
    const rows = pairs.filter((p) => p.domain === domain);
    const asked = rows.filter((p) => p.same);
    const store = new Map(rows.map((p) => [p.cached_sql + '\0' + p.cached_question, p]));
    const entries = [...store.values()];
    const words = entries.map((p) => plain(p.cached_question));
    const plans = new Set(entries.map((p) => p.cached_sql)).size;
    const vectors = await embed(entries.map((p) => p.cached_question));
    const news = await embed(asked.map((p) => p.new_question));
    asked.forEach((p, i) => {
      const sims = vectors.map((v) => dot(v, news[i]));
      const pair = sims[entries.indexOf(store.get(p.cached_sql + '\0' + p.cached_question))];
      const said = plain(p.new_question);
      let nearest = pair;
      const best = new Map();
      entries.forEach((e, k) => {
        if (e.cached_sql !== p.cached_sql) {
          best.set(e.cached_sql, Math.max(best.get(e.cached_sql) ?? -1, sims[k]));
          other.push(sims[k]);
        } else if (words[k] !== said) nearest = Math.max(nearest, sims[k]);
      });
      const above = (cosine) => [...best.values()].filter((s) => s > cosine).length;
      ranks.any.push(1 + above(nearest));
      ranks.own.push(1 + above(pair));
      if (fill) {
        const far = others.slice(0, STORE_SIZE - plans);
        const nearer = far.filter((v) => dot(v, news[i]) > nearest).length;
        ranks.filled.push(1 + above(nearest) + nearer);
      }
      sets.push(p.dataset);
      same.push(pair);
    });
  }
  const at = (rs, k) => ((100 * rs.filter((r) => r <= k).length) / rs.length).toFixed(1);
  const tell = (name, rs) =>
    console.log(
      `${name} ${rs.length}: recall@1 ${at(rs, 1)} @5 ${at(rs, 5)} @10 ${at(rs, 10)} @20 ${at(rs, 20)} %`,
    );
  const tellAll = (name, rs) => {
    tell(name, rs);
    for (const set of new Set(sets.filter(Boolean)))
      tell(
        `  ${set}`,
        rs.filter((_, i) => sets[i] === set),
      );
  };
  tellAll('rephrasings', ranks.any);
  tellAll("by the pair's own wording alone", ranks.own);
  if (fill) tellAll(`among ${STORE_SIZE} plans`, ranks.filled);
  console.log(
    `cosine of rephrasings: p05 ${quantile(same, 0.05).toFixed(3)} p25 ${quantile(same, 0.25).toFixed(3)} median ${quantile(same, 0.5).toFixed(3)}`,
  );
  console.log(
    `cosine of other plans of the database: median ${quantile(other, 0.5).toFixed(3)} p95 ${quantile(other, 0.95).toFixed(3)}`,
  );
}

/** Different questions of the file, evenly spread over it. */
async function fillers(path) {
  if (!path) return [];
  const questions = [...new Set(readLines(path).map((row) => row.question))];
  const step = questions.length / STORE_SIZE;
  return embed(Array.from({ length: STORE_SIZE }, (_, i) => questions[Math.floor(i * step)]));
}

// Hand-made stores: what must be found, among what it could be mistaken for.
const nouns = [
  'customer',
  'order',
  'product',
  'employee',
  'invoice',
  'supplier',
  'payment',
  'shipment',
  'patient',
  'course',
  'ticket',
  'project',
];
const STORE = [
  'Show customer data',
  'how many customers are in Germany?',
  'how many customers are in France?',
  'list customers in Germany',
  'how many orders were placed in Germany?',
  'list customers in France',
  'average age of customers in Germany',
  'how many suppliers are in Germany?',
  'top 5 customers by revenue',
  'customers without orders',
  'total revenue in 2023',
  ...nouns.flatMap((n) => [
    `how many ${n}s are there?`,
    `show all ${n}s`,
    `list the names of all ${n}s`,
    `average price per ${n}`,
    `number of ${n}s created last month`,
    `which ${n} has the highest total?`,
    `${n}s created in 2023`,
    `${n}s created in 2024`,
    `how many ${n}s are in Spain?`,
    `list ${n}s in Italy`,
    `number of ${n}s per city`,
    `latest 10 ${n}s`,
    `${n}s with status open`,
    `${n}s that are not active`,
    `how many ${n}s per month in 2022`,
    `sum of amounts by ${n}`,
    `delete date of the oldest ${n}`,
    `percentage of ${n}s that are active`,
    `${n}s sorted by name`,
    `distinct cities of ${n}s`,
    `maximum amount of a ${n}`,
    `${n}s with more than 5 comments`,
    `median value of ${n}s in France`,
    `${n}s updated yesterday`,
  ]),
];
const ASKED = {
  'Show customer data': [
    'Display customer information',
    'give me the customer details',
    'list all customer records',
    'fetch customer info',
  ],
  'how many customers are in Germany?': [
    'number of customers located in Germany',
    'Germany customer count',
    'count the customers we have in Germany',
    'how many clients do we have in Germany',
    'total number of German customers',
    'How many of our customers live in Germany?',
    'customer count for germany',
  ],
  'top 5 customers by revenue': [
    'the five customers with the highest revenue',
    'which 5 customers bring in the most revenue?',
    'best 5 customers in terms of revenue',
  ],
  'customers without orders': [
    'which customers have never ordered anything?',
    'customers who have not placed any order',
    'clients with no purchases',
  ],
  'total revenue in 2023': [
    'how much revenue did we make in 2023?',
    'sum of revenue for the year 2023',
    '2023 revenue total',
  ],
};
async function stores() {
  const vectors = await embed(STORE);
  console.log(
    `hand-made store of ${STORE.length} plans (rank, cosine; the nearest other plan; median of all):`,
  );
  for (const [cached, asked] of Object.entries(ASKED)) {
    const target = vectors[STORE.indexOf(cached)];
    for (const [i, v] of (await embed(asked)).entries()) {
      const sims = vectors.map((w) => dot(w, v));
      const mine = dot(target, v);
      const others = sims
        .map((s, k) => [s, STORE[k]])
        .filter(([, q]) => q !== cached)
        .sort((a, b) => b[0] - a[0]);
      console.log(
        `  ${1 + others.filter(([s]) => s > mine).length}  ${mine.toFixed(3)}  "${asked[i]}" -> "${cached}"  [${others[0][0].toFixed(3)} "${others[0][1]}"; ${quantile(sims, 0.5).toFixed(3)}]`,
      );
    }
  }
}

async function robust() {
  const texts = [
    'how many customers are in Germany?',
    'Show customer data',
    '',
    '   ',
    '🙂🚀',
    '有多少客户在德国？',
    '显示所有订单',
    'كم عدد العملاء في ألمانيا؟',
    'Quantos clientes há no Brasil?',
    'orders '.repeat(715) + 'paid',
    'x'.repeat(5000),
    "SELECT * FROM t WHERE a='b';--\u0000\n\t",
  ];
  const alone = [];
  for (const t of texts) alone.push((await embed([t]))[0]);
  const finite = alone.every((v) => v.every(Number.isFinite));
  const { data, dims } = await extract(texts, { pooling: 'mean', normalize: true });
  const drift = Math.max(
    ...texts.map((_, i) => 1 - dot(alone[i], data.slice(i * dims[1], (i + 1) * dims[1]))),
  );
  console.log(
    `odd inputs: ${texts.length} texts, all finite ${finite}; largest 1 - cosine between alone and batched with 5,000 characters: ${drift.toExponential(1)}`,
  );
  console.log(
    `  two Chinese questions ${dot(alone[5], alone[6]).toFixed(3)}; Chinese and Arabic ${dot(alone[5], alone[7]).toFixed(3)}`,
  );
}

async function speed() {
  const texts = STORE.slice(0, 200);
  for (const t of texts.slice(0, 50)) await embed([t]);
  const times = [];
  for (const t of texts) {
    const at = performance.now();
    await embed([t]);
    times.push(performance.now() - at);
  }
  const at = performance.now();
  await embed(texts, 32);
  console.log(
    `one embedding: median ${quantile(times, 0.5).toFixed(2)} ms, p95 ${quantile(times, 0.95).toFixed(2)} ms; in batches of 32: ${((performance.now() - at) / texts.length).toFixed(2)} ms (${args.threads} thread)`,
  );
}

if (args.pairs) await recall(args.pairs, args.fill);
await stores();
await robust();
await speed();
