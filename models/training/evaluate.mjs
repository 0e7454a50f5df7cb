// Measures the shipped files the way askonce uses them: transformers.js, mean pooling, normalised.
//
//   node models/training/evaluate.mjs --models models --model askonce-mini-v1 [--pairs FILE]
//
// Prints recall on rephrasings (as evaluate.py does), a hand-made store, agreement between
// single and batched texts, odd inputs, and the time for one embedding.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { env, pipeline } from '@huggingface/transformers';

const { values: args } = parseArgs({
  options: {
    models: { type: 'string', default: 'models' },
    model: { type: 'string', default: 'askonce-mini-v1' },
    dtype: { type: 'string', default: 'q8' },
    pairs: { type: 'string' },
    threads: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
if (args.help) {
  console.log('options: --models DIR --model NAME --dtype q8|fp32 --pairs FILE --threads N');
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
const dot = (a, b) => a.reduce((s, x, i) => s + x * b[i], 0);
const quantile = (xs, q) => [...xs].sort((a, b) => a - b)[Math.floor(q * (xs.length - 1))];

async function recall(path) {
  const pairs = readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((l) => JSON.parse(l));
  const ranks = [],
    sets = [],
    same = [],
    other = [];
  for (const domain of new Set(pairs.map((p) => p.domain))) {
    const rows = pairs.filter((p) => p.domain === domain);
    const asked = rows.filter((p) => p.same);
    const store = new Map(rows.map((p) => [p.cached_sql + '\0' + p.cached_question, p]));
    const entries = [...store.values()];
    const vectors = await embed(entries.map((p) => p.cached_question));
    const news = await embed(asked.map((p) => p.new_question));
    asked.forEach((p, i) => {
      const sims = vectors.map((v) => dot(v, news[i]));
      const mine = sims[entries.indexOf(store.get(p.cached_sql + '\0' + p.cached_question))];
      const best = new Map();
      entries.forEach((e, k) => {
        if (e.cached_sql === p.cached_sql) return;
        best.set(e.cached_sql, Math.max(best.get(e.cached_sql) ?? -1, sims[k]));
        other.push(sims[k]);
      });
      ranks.push(1 + [...best.values()].filter((s) => s > mine).length);
      sets.push(p.dataset);
      same.push(mine);
    });
  }
  const at = (rs, k) => ((100 * rs.filter((r) => r <= k).length) / rs.length).toFixed(1);
  const tell = (name, rs) =>
    console.log(
      `${name} ${rs.length}: recall@1 ${at(rs, 1)} @5 ${at(rs, 5)} @10 ${at(rs, 10)} @20 ${at(rs, 20)} %`,
    );
  tell('rephrasings', ranks);
  for (const name of new Set(sets.filter(Boolean)))
    tell(
      `  ${name}`,
      ranks.filter((_, i) => sets[i] === name),
    );
  console.log(
    `cosine of rephrasings: p05 ${quantile(same, 0.05).toFixed(3)} p25 ${quantile(same, 0.25).toFixed(3)} median ${quantile(same, 0.5).toFixed(3)}`,
  );
  console.log(
    `cosine of other plans of the database: median ${quantile(other, 0.5).toFixed(3)} p95 ${quantile(other, 0.95).toFixed(3)}`,
  );
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

if (args.pairs) await recall(args.pairs);
await stores();
await robust();
await speed();
