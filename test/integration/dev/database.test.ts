import assert from 'node:assert/strict';
import test from 'node:test';

import { admin, freshDatabase } from '../../support/database.ts';

test('a fresh database has pgvector and nothing of another test', async (t) => {
  const [one, other] = await Promise.all([freshDatabase(t), freshDatabase(t)]);
  await admin(one.url, 'create table things (at vector(2))');
  await admin(one.url, "insert into things values ('[1,2]')");
  const near = await admin(one.url, "select at <-> '[1,3]' as distance from things");
  assert.deepEqual(near, [{ distance: 1 }]);
  await assert.rejects(admin(other.url, 'select * from things'), { code: '42P01' });
});

test('the reader sees tables made later, in any schema, and may change nothing', async (t) => {
  const { url, readerUrl } = await freshDatabase(t);
  await admin(url, 'create schema shop; create table shop.orders (id int)');
  await admin(url, 'create table plain as select 1 as id');
  assert.deepEqual(await admin(readerUrl, 'select * from plain'), [{ id: 1 }]);
  assert.deepEqual(await admin(readerUrl, 'select * from shop.orders'), []);
  const writes = [
    'insert into plain values (2)',
    'create table mine (id int)',
    'create temporary table mine (id int)',
    'drop table plain',
    'create schema mine',
  ];
  for (const write of writes) {
    await assert.rejects(admin(readerUrl, write), { code: '42501' }, write);
  }
});

test("the reader's password is one that must be percent-encoded", async (t) => {
  const { readerUrl } = await freshDatabase(t);
  const { password } = new URL(readerUrl);
  assert.match(decodeURIComponent(password), /^p@ss\/w#rd:%/);
  assert.doesNotMatch(password, /[@/#:]/);
});

test('a database and its reader are gone when its test has ended', async (t) => {
  let url = '';
  await t.test('one that ends', async (inner) => {
    ({ url } = await freshDatabase(inner));
  });
  await assert.rejects(admin(url, 'select 1'), { code: '3D000' });
  const reader = `${new URL(url).pathname.slice(1)}_reader`;
  const left = await admin(
    (await freshDatabase(t)).url,
    'select rolname from pg_roles where rolname = $1',
    [reader],
  );
  assert.deepEqual(left, []);
});
