// Owns what agents under load ask about the demo shop: questions that come again, the same in other words, and some
// that nobody has asked; each with the statement an agent would write. Pure.
import { BRANDS, PLACES, SUBCATEGORIES } from './shop-words.ts';
import { pick } from '../lib/random.ts';
import type { Random } from '../lib/random.ts';

export interface DemoQuestion {
  readonly question: string;
  readonly sql: string;
}

export interface KnownQuestion extends DemoQuestion {
  /** The same in other words. */
  readonly rephrasings: readonly string[];
}

export const KNOWN = 300;

interface Topic {
  readonly values: readonly string[];
  readonly ask: (value: string) => string;
  readonly rephrase: (value: string) => readonly string[];
  readonly sql: (value: string) => string;
}

const COUNTRIES = PLACES.map(([, name = '']) => name);
const CITIES = PLACES.flatMap(([, , , , , , cities = '']) => cities.split(' '));
const CATEGORIES = SUBCATEGORIES.map(([name = '']) => name);
const BRAND_NAMES = BRANDS.split(' ');
const MONTHS = [2023, 2024, 2025].flatMap((year) =>
  Array.from({ length: 12 }, (_, index) => `${year}-${`${index + 1}`.padStart(2, '0')}`),
);

const OPENINGS = ['', 'please tell me ', 'tell me ', 'show me ', 'give me ', 'i want '];
const FROM_PRODUCTS = 'FROM products AS p JOIN categories AS c ON c.id = p.category_id';
const inCountry = (name: string): string =>
  `JOIN customers AS u ON u.id = o.customer_id JOIN countries AS c ON c.code = u.country_code WHERE c.name = '${name}'`;
const inMonth = (month: string): string =>
  `FROM orders WHERE date_trunc('month', ordered_at) = date '${month}-01'`;

const TOPICS: readonly Topic[] = [
  {
    values: COUNTRIES,
    ask: (name) => `how many customers are in ${name}?`,
    rephrase: (name) => [`the number of customers in ${name}`, `the customer count in ${name}`],
    sql: (name) =>
      `SELECT count(*) FROM customers AS u JOIN countries AS c ON c.code = u.country_code WHERE c.name = '${name}'`,
  },
  {
    values: CITIES,
    ask: (city) => `how many customers live in ${city}?`,
    rephrase: (city) => [`the number of customers living in ${city}`],
    sql: (city) => `SELECT count(*) FROM customers WHERE city = '${city}'`,
  },
  {
    values: CATEGORIES,
    ask: (name) => `how many products are in the category ${name}?`,
    rephrase: (name) => [`the number of products in the category ${name}`],
    sql: (name) => `SELECT count(*) ${FROM_PRODUCTS} WHERE c.name = '${name}'`,
  },
  {
    values: CATEGORIES,
    ask: (name) => `what is the average price in the category ${name}?`,
    rephrase: (name) => [`the mean price in the category ${name}`],
    sql: (name) => `SELECT avg(p.price) ${FROM_PRODUCTS} WHERE c.name = '${name}'`,
  },
  {
    values: CATEGORIES,
    ask: (name) => `what is the heaviest product in the category ${name}?`,
    rephrase: (name) => [`which product in the category ${name} is the heaviest`],
    sql: (name) =>
      `SELECT p.name, p.weight_grams ${FROM_PRODUCTS} WHERE c.name = '${name}' ORDER BY p.weight_grams DESC, p.id LIMIT 1`,
  },
  {
    values: CATEGORIES,
    ask: (name) => `how many reviews do products in the category ${name} have?`,
    rephrase: (name) => [`the number of reviews of products in the category ${name}`],
    sql: (name) =>
      `SELECT count(*) ${FROM_PRODUCTS} JOIN reviews AS r ON r.product_id = p.id WHERE c.name = '${name}'`,
  },
  {
    values: BRAND_NAMES,
    ask: (brand) => `how many products does the brand ${brand} have?`,
    rephrase: (brand) => [`the number of products of the brand ${brand}`],
    sql: (brand) => `SELECT count(*) FROM products WHERE brand = '${brand}'`,
  },
  {
    values: BRAND_NAMES,
    ask: (brand) => `what is the highest price of the brand ${brand}?`,
    rephrase: (brand) => [`the maximum price of the brand ${brand}`],
    sql: (brand) => `SELECT max(price) FROM products WHERE brand = '${brand}'`,
  },
  {
    values: BRAND_NAMES,
    ask: (brand) => `what is the average rating of the brand ${brand}?`,
    rephrase: (brand) => [`the mean rating of the brand ${brand}`],
    sql: (brand) =>
      `SELECT avg(r.rating) FROM reviews AS r JOIN products AS p ON p.id = r.product_id WHERE p.brand = '${brand}'`,
  },
  {
    values: MONTHS,
    ask: (month) => `how many orders were placed in ${month}?`,
    rephrase: (month) => [`the number of orders placed in ${month}`],
    sql: (month) => `SELECT count(*) ${inMonth(month)}`,
  },
  {
    values: MONTHS,
    ask: (month) => `what was the total order amount in ${month}?`,
    rephrase: (month) => [`the sum of order amounts in ${month}`],
    sql: (month) => `SELECT sum(total_amount) ${inMonth(month)}`,
  },
  {
    values: MONTHS,
    ask: (month) => `what was the average order amount in ${month}?`,
    rephrase: (month) => [`the mean order amount in ${month}`],
    sql: (month) => `SELECT avg(total_amount) ${inMonth(month)}`,
  },
  {
    values: COUNTRIES,
    ask: (name) => `how many orders came from customers in ${name}?`,
    rephrase: (name) => [`the number of orders from customers in ${name}`],
    sql: (name) => `SELECT count(*) FROM orders AS o ${inCountry(name)}`,
  },
  {
    values: COUNTRIES,
    ask: (name) => `what is the total amount ordered by customers in ${name}?`,
    rephrase: (name) => [`the sum of all orders by customers in ${name}`],
    sql: (name) => `SELECT sum(o.total_amount) FROM orders AS o ${inCountry(name)}`,
  },
];

/** In a mixed order, so that what is asked most is not all of one kind. */
export function knownQuestions(random: Random): KnownQuestion[] {
  const all = TOPICS.flatMap(({ values, ask, rephrase, sql }) =>
    values.map((value) => ({
      question: ask(value),
      sql: sql(value),
      rephrasings: OPENINGS.flatMap((opening) =>
        rephrase(value).map((wording) => `${opening}${wording}`),
      ),
    })),
  );
  for (let index = all.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [all[index], all[other]] = [all[other]!, all[index]!];
  }
  return all.slice(0, KNOWN);
}

const MEASURES = [
  ['how many orders cost', 'count(*)'],
  ['what is the average of orders that cost', 'avg(total_amount)'],
  ['when was the last of the orders that cost', 'max(ordered_at)'],
] as const;

/**
 * The ticket stands in no statement, so that no earlier one can be taken with its values exchanged.
 * @param number One that no earlier run over the same cache has had.
 */
export function newQuestion(number: number, random: Random): DemoQuestion {
  const [words, column] = pick(MEASURES, random);
  const [city, amount] = [pick(CITIES, random), 50 + (number % 900)];
  return {
    question: `${words} more than ${amount} euros, by customers from ${city}, for ticket T-${number}?`,
    sql: `SELECT ${column} FROM orders AS o JOIN customers AS u ON u.id = o.customer_id WHERE o.total_amount > ${amount} AND u.city = '${city}'`,
  };
}
