import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { frameOf } from '../../../src/cache/frame.ts';
import { otherStage } from '../../../src/cache/hold-stages.ts';
import { ODD_TEXTS } from '../../support/pairs.ts';

const isOther = (earlier: string, later: string): boolean =>
  otherStage(frameOf(earlier), frameOf(later));

describe('another stage of the process', () => {
  for (const [earlier, later] of [
    ['visas issued in 2024', 'visas requested in 2024'],
    ['days from order to shipment', 'days from order to delivery'],
    ['date of delivery of parcel 7', 'the shipping date of parcel 7'],
    ['tickets bought by pupils', 'tickets used by pupils'],
    ['trips that were cancelled', 'trips that were refunded'],
    ['people who joined the choir in May', 'people who left the choir in May'],
  ] as const) {
    test(`"${later}" for "${earlier}"`, () => {
      assert.ok(isOther(earlier, later));
      assert.ok(isOther(later, earlier));
    });
  }
});

describe('the same stage, or none', () => {
  for (const [earlier, later] of [
    ['visas issued in 2024', 'visas granted in 2024'],
    ['parcels shipped in May', 'parcels dispatched in May'],
    ['shipments delivered late', 'deliveries that arrived late'],
    ['any shipment that arrived late', 'any delivery that arrived late'],
    ['the shipping address of Ana', 'the delivery address of Ana'],
    ['people hired in 2019 who still work here', 'people hired in 2019 who have not left'],
    ['songs called "issued"', 'songs called "requested"'],
    ['', ''],
  ] as const) {
    test(`"${later}" for "${earlier}"`, () => {
      assert.ok(!isOther(earlier, later));
      assert.ok(!isOther(later, earlier));
    });
  }
});

test('any two texts are judged', () => {
  for (const earlier of ODD_TEXTS)
    for (const later of ODD_TEXTS) assert.ok(!isOther(earlier, later));
});
