// Framing of the wire protocol: messages cut anywhere are put together, nonsense is refused.
import assert from 'node:assert/strict';
import test from 'node:test';

import {
  AnswerWatch,
  FrameReader,
  SYNC,
  fatalError,
  isAnswerTo,
  message,
  parseOpening,
  simpleQuery,
  startupMessage,
} from '../../../src/db/embedded-wire.ts';

function openReader(): FrameReader {
  const reader = new FrameReader();
  reader.startupDone();
  return reader;
}

function drain(reader: FrameReader): string[] {
  const types: string[] = [];
  for (let frame = reader.next(); frame !== null; frame = reader.next()) types.push(frame.type);
  return types;
}

test('messages that arrive byte by byte come out whole', () => {
  const reader = openReader();
  const types: string[] = [];
  for (const byte of Buffer.concat([simpleQuery('SELECT 1'), SYNC])) {
    reader.push(Buffer.of(byte));
    types.push(...drain(reader));
  }
  assert.deepEqual(types, ['Q', 'S']);
  assert.equal(reader.buffered, 0);
});

test('several messages in one piece come out one by one, the rest waits', () => {
  const reader = openReader();
  const bytes = Buffer.concat([simpleQuery('SELECT 1'), SYNC, simpleQuery('SELECT 2')]);
  reader.push(bytes.subarray(0, -1));
  assert.deepEqual(drain(reader), ['Q', 'S']);
  reader.push(bytes.subarray(-1));
  assert.deepEqual(drain(reader), ['Q']);
});

test('a length that no client sends is refused', () => {
  for (const length of [0, 3, 0xffff_ffff, 300 * 1024 * 1024]) {
    const reader = openReader();
    const header = Buffer.alloc(5);
    header.write('Q');
    header.writeUInt32BE(length, 1);
    reader.push(header);
    assert.throws(() => reader.next(), /length/);
  }
});

test('an opening message names its user; others are told apart', () => {
  const opening = new FrameReader();
  opening.push(startupMessage('askonce_reader', 'postgres'));
  const frame = opening.next();
  assert.ok(frame);
  assert.deepEqual(parseOpening(frame.bytes), { kind: 'startup', user: 'askonce_reader' });
  const coded = (code: number): Buffer => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32BE(16, 0);
    bytes.writeUInt32BE(code, 4);
    return bytes;
  };
  assert.equal(parseOpening(coded(80_877_103)).kind, 'encryption');
  assert.equal(parseOpening(coded(80_877_104)).kind, 'encryption');
  assert.equal(parseOpening(coded(80_877_102)).kind, 'cancel');
  assert.equal(parseOpening(coded(2 << 16)).kind, 'unknown');
  assert.equal(parseOpening(coded(3 << 16)).kind, 'unknown', 'without a user');
  assert.equal(parseOpening(Buffer.from('GET ')).kind, 'unknown');
});

test('the end of an answer is seen wherever its pieces are cut', () => {
  const answer = Buffer.concat([
    message('D', Buffer.from('Z\0\0\0\u0005I')),
    message('1'),
    message('Z', Buffer.from('T')),
  ]);
  for (let cut = 0; cut <= answer.length; cut += 1) {
    const watch = new AnswerWatch();
    watch.begin();
    watch.see(answer.subarray(0, cut));
    assert.equal(watch.ready, cut === answer.length ? 'T' : null, `cut at ${cut}`);
    watch.see(answer.subarray(cut));
    assert.equal(watch.ready, 'T');
  }
});

test('an error silences the backend until it is ready again', () => {
  const watch = new AnswerWatch();
  watch.begin();
  watch.see(fatalError('XX000', 'no'));
  assert.deepEqual([watch.hasFailed, watch.isSkipping, watch.ready], [true, true, null]);
  watch.begin();
  assert.deepEqual([watch.hasFailed, watch.isSkipping, watch.last], [false, true, '']);
  watch.see(message('Z', Buffer.from('I')));
  assert.deepEqual([watch.isSkipping, watch.ready], [false, 'I']);
});

test('only its last message closes an answer, whatever else the backend has to say', () => {
  const watch = new AnswerWatch();
  watch.begin();
  assert.equal(isAnswerTo('E', watch.last), false, 'nothing came');
  watch.see(message('D', Buffer.from('row')));
  assert.equal(isAnswerTo('E', watch.last), false, 'cut off behind a row');
  watch.see(message('N', Buffer.from('notice')));
  assert.equal(isAnswerTo('E', watch.last), false, 'a notice is no answer');
  for (const closing of ['C', 's', 'I']) {
    watch.see(message(closing, Buffer.alloc(4)));
    assert.equal(isAnswerTo('E', watch.last), true, closing);
  }
  watch.begin();
  watch.see(message('1'));
  assert.deepEqual([isAnswerTo('P', watch.last), isAnswerTo('D', watch.last)], [true, false]);
});
