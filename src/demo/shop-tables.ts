// Owns the shape of the demo shop: tables, keys, indexes and, in plain words, what each of them means.
// The words are what an agent finds with search_schema, so they are written for it.

/** Without keys: they are added once the rows are in, which checks them in bulk. */
export const CREATE_TABLES = `
  CREATE TABLE countries (
    code char(2) NOT NULL, name text NOT NULL, region text NOT NULL, currency char(3) NOT NULL,
    vat_percent numeric(4,1) NOT NULL);
  CREATE TABLE customers (
    id integer NOT NULL, first_name text NOT NULL, last_name text NOT NULL, email text NOT NULL,
    country_code char(2) NOT NULL, city text NOT NULL, segment text NOT NULL,
    newsletter boolean NOT NULL, birth_year integer, registered_on date NOT NULL);
  CREATE TABLE employees (
    id integer NOT NULL, first_name text NOT NULL, last_name text NOT NULL, email text NOT NULL,
    job_title text NOT NULL, department text NOT NULL, manager_id integer,
    country_code char(2) NOT NULL, hired_on date NOT NULL, salary numeric(10,2) NOT NULL);
  CREATE TABLE categories (
    id integer NOT NULL, name text NOT NULL, parent_id integer);
  CREATE TABLE suppliers (
    id integer NOT NULL, name text NOT NULL, country_code char(2) NOT NULL,
    contact_email text NOT NULL, rating integer NOT NULL, since date NOT NULL);
  CREATE TABLE products (
    id integer NOT NULL, sku text NOT NULL, name text NOT NULL, brand text NOT NULL,
    category_id integer NOT NULL, supplier_id integer NOT NULL, price numeric(10,2) NOT NULL,
    cost numeric(10,2) NOT NULL, weight_grams integer NOT NULL, is_active boolean NOT NULL,
    launched_on date NOT NULL);
  CREATE TABLE warehouses (
    id integer NOT NULL, name text NOT NULL, city text NOT NULL, country_code char(2) NOT NULL,
    capacity_pallets integer NOT NULL);
  CREATE TABLE stock (
    warehouse_id integer NOT NULL, product_id integer NOT NULL, quantity integer NOT NULL,
    reorder_level integer NOT NULL, counted_on date NOT NULL);
  CREATE TABLE orders (
    id integer NOT NULL, customer_id integer NOT NULL, employee_id integer,
    ordered_at timestamp NOT NULL, status text NOT NULL, channel text NOT NULL,
    shipping_fee numeric(10,2) NOT NULL, total_amount numeric(10,2) NOT NULL);
  CREATE TABLE order_items (
    order_id integer NOT NULL, line_no integer NOT NULL, product_id integer NOT NULL,
    quantity integer NOT NULL, unit_price numeric(10,2) NOT NULL,
    discount_percent integer NOT NULL, line_total numeric(10,2) NOT NULL);
  CREATE TABLE payments (
    id integer NOT NULL, order_id integer NOT NULL, method text NOT NULL, status text NOT NULL,
    amount numeric(10,2) NOT NULL, paid_at timestamp);
  CREATE TABLE shipments (
    id integer NOT NULL, order_id integer NOT NULL, warehouse_id integer NOT NULL,
    carrier text NOT NULL, tracking_number text NOT NULL, shipped_at timestamp NOT NULL,
    delivered_at timestamp);
  CREATE TABLE reviews (
    id integer NOT NULL, product_id integer NOT NULL, customer_id integer NOT NULL,
    rating integer NOT NULL, title text NOT NULL, body text, is_verified boolean NOT NULL,
    created_at timestamp NOT NULL)`;

/** In the order in which they can be dropped. */
export const TABLES = [
  'reviews',
  'shipments',
  'payments',
  'order_items',
  'orders',
  'stock',
  'warehouses',
  'products',
  'suppliers',
  'categories',
  'employees',
  'customers',
  'countries',
] as const;

export const ADD_KEYS = `
  ALTER TABLE countries ADD PRIMARY KEY (code);
  ALTER TABLE customers ADD PRIMARY KEY (id), ADD UNIQUE (email);
  ALTER TABLE employees ADD PRIMARY KEY (id), ADD UNIQUE (email);
  ALTER TABLE categories ADD PRIMARY KEY (id), ADD UNIQUE (name);
  ALTER TABLE suppliers ADD PRIMARY KEY (id);
  ALTER TABLE products ADD PRIMARY KEY (id), ADD UNIQUE (sku);
  ALTER TABLE warehouses ADD PRIMARY KEY (id);
  ALTER TABLE stock ADD PRIMARY KEY (warehouse_id, product_id);
  ALTER TABLE orders ADD PRIMARY KEY (id);
  ALTER TABLE order_items ADD PRIMARY KEY (order_id, line_no);
  ALTER TABLE payments ADD PRIMARY KEY (id);
  ALTER TABLE shipments ADD PRIMARY KEY (id), ADD UNIQUE (tracking_number);
  ALTER TABLE reviews ADD PRIMARY KEY (id), ADD CHECK (rating BETWEEN 1 AND 5);

  ALTER TABLE customers ADD FOREIGN KEY (country_code) REFERENCES countries (code);
  ALTER TABLE employees ADD FOREIGN KEY (country_code) REFERENCES countries (code),
    ADD FOREIGN KEY (manager_id) REFERENCES employees (id);
  ALTER TABLE categories ADD FOREIGN KEY (parent_id) REFERENCES categories (id);
  ALTER TABLE suppliers ADD FOREIGN KEY (country_code) REFERENCES countries (code);
  ALTER TABLE products ADD FOREIGN KEY (category_id) REFERENCES categories (id),
    ADD FOREIGN KEY (supplier_id) REFERENCES suppliers (id);
  ALTER TABLE warehouses ADD FOREIGN KEY (country_code) REFERENCES countries (code);
  ALTER TABLE stock ADD FOREIGN KEY (warehouse_id) REFERENCES warehouses (id),
    ADD FOREIGN KEY (product_id) REFERENCES products (id);
  ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id),
    ADD FOREIGN KEY (employee_id) REFERENCES employees (id);
  ALTER TABLE order_items ADD FOREIGN KEY (order_id) REFERENCES orders (id),
    ADD FOREIGN KEY (product_id) REFERENCES products (id);
  ALTER TABLE payments ADD FOREIGN KEY (order_id) REFERENCES orders (id);
  ALTER TABLE shipments ADD FOREIGN KEY (order_id) REFERENCES orders (id),
    ADD FOREIGN KEY (warehouse_id) REFERENCES warehouses (id);
  ALTER TABLE reviews ADD FOREIGN KEY (product_id) REFERENCES products (id),
    ADD FOREIGN KEY (customer_id) REFERENCES customers (id);

  CREATE INDEX ON customers (country_code);
  CREATE INDEX ON products (category_id);
  CREATE INDEX ON products (supplier_id);
  CREATE INDEX ON stock (product_id);
  CREATE INDEX ON orders (customer_id);
  CREATE INDEX ON orders (ordered_at);
  CREATE INDEX ON order_items (product_id);
  CREATE INDEX ON payments (order_id);
  CREATE INDEX ON shipments (order_id);
  CREATE INDEX ON reviews (product_id)`;

/** Table, its meaning, and the columns whose names do not say all. */
const COMMENTS: ReadonlyArray<readonly [string, string, Readonly<Record<string, string>>]> = [
  [
    'countries',
    'Countries that the shop sells to, employs people in or buys from.',
    {
      code: 'Two-letter ISO code, such as DE.',
      name: 'English name, such as Germany.',
      region: 'Sales region: Europe, North America or Asia.',
      currency: 'Three-letter code of the local currency. All amounts in the shop are in euros.',
      vat_percent: 'Standard rate of value-added tax in percent.',
    },
  ],
  [
    'customers',
    'People and companies registered with the shop.',
    {
      country_code: 'Where the customer lives; see countries.',
      segment: 'private or business.',
      newsletter: 'Whether the customer has subscribed to the newsletter.',
      birth_year: 'Year of birth; empty for business customers.',
      registered_on: 'Day on which the account was opened.',
    },
  ],
  [
    'employees',
    'Staff of the shop.',
    {
      manager_id: 'The employee that this one reports to; empty for the head of the company.',
      hired_on: 'First working day.',
      salary: 'Gross salary per year in euros.',
    },
  ],
  [
    'categories',
    'Two levels of product categories.',
    { parent_id: 'The main category; empty if this is one. Products belong to subcategories.' },
  ],
  [
    'suppliers',
    'Companies that the shop buys its products from.',
    { rating: 'Reliability from 1 (poor) to 5 (excellent).', since: 'Supplier since that day.' },
  ],
  [
    'products',
    'Articles in the catalogue.',
    {
      sku: 'Stock keeping unit: the article number printed on the box.',
      category_id: 'Subcategory of the product.',
      price: 'Current selling price of one piece in euros, tax included.',
      cost: 'What the shop pays the supplier for one piece, in euros.',
      is_active: 'False once the product is no longer sold.',
      launched_on: 'Day from which the product was sold.',
    },
  ],
  ['warehouses', 'Places from which orders are sent.', { capacity_pallets: 'Room for pallets.' }],
  [
    'stock',
    'How many pieces of each product lie in each warehouse.',
    {
      quantity: 'Pieces on the shelf at the last count.',
      reorder_level: 'When fewer pieces than this are left the product is ordered again.',
      counted_on: 'Day of the last count.',
    },
  ],
  [
    'orders',
    'Orders placed by customers, from January 2023 to December 2025.',
    {
      employee_id: 'Who took the order by phone; empty for orders placed online.',
      ordered_at: 'When the order was placed, in UTC.',
      status: 'pending, processing, shipped, delivered, returned or cancelled.',
      channel: 'web, app or phone.',
      shipping_fee: 'Postage in euros; 0 for orders of 50 euros and more.',
      total_amount: 'What the customer pays in euros: all items plus the shipping fee.',
    },
  ],
  [
    'order_items',
    'The lines of each order: which product, how many, at what price.',
    {
      line_no: 'Position within the order, from 1.',
      unit_price: 'Price of one piece in euros on the day of the order, before discount.',
      discount_percent: 'Discount on this line in percent.',
      line_total: 'quantity times unit_price less the discount, in euros.',
    },
  ],
  [
    'payments',
    'One payment for each order.',
    {
      method: 'card, paypal, bank transfer or gift card.',
      status: 'paid, pending, refunded or failed.',
      amount: 'In euros.',
      paid_at: 'When the money came in, in UTC; empty as long as it has not.',
    },
  ],
  [
    'shipments',
    'Parcels: one for each order that has left a warehouse.',
    {
      carrier: 'Company that brings the parcel.',
      shipped_at: 'When it left the warehouse, in UTC.',
      delivered_at: 'When it reached the customer, in UTC; empty while it is on its way.',
    },
  ],
  [
    'reviews',
    'What customers think of products they bought.',
    {
      rating: 'Stars from 1 (bad) to 5 (excellent).',
      is_verified: 'Whether the purchase was checked by staff.',
      created_at: 'When the review was written, in UTC.',
    },
  ],
];

export function addComments(): string {
  const statements = COMMENTS.flatMap(([table, meaning, columns]) => [
    `COMMENT ON TABLE ${table} IS ${quote(meaning)}`,
    ...Object.entries(columns).map(
      ([column, text]) => `COMMENT ON COLUMN ${table}.${column} IS ${quote(text)}`,
    ),
  ]);
  return statements.join(';\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
