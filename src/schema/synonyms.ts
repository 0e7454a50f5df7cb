// Owns the everyday words for what business databases hold, in English: a question says "clients", the
// table says customers. Only a help to find tables, where no exact word and no model does. Pure.
import { stem } from './words.ts';

/** Each line: words that may stand for one another as names of tables and columns. */
const GROUPS = `
customer client buyer shopper purchaser consumer guest
person people user member contact individual
user account member login subscriber visitor
employee staff worker personnel colleague
company organization organisation business firm account
supplier vendor provider manufacturer
product item goods article merchandise
order purchase sale transaction booking bought buy sold sell
revenue sale turnover earnings income amount total
price cost amount fee charge value expensive cheap
spend spent spending amount total
profit margin gain
payment pay paid transaction settlement
refund return returned reimbursement chargeback
shipment shipping ship shipped delivery delivered dispatch freight
stock inventory quantity available
quantity amount number unit count volume
invoice bill billing receipt
discount coupon promotion voucher rebate
category kind type group class
city town location place
country nation region state territory
address location street residence
department division team section
salary wage compensation earn pay
manager boss supervisor lead
hire hired joined employed
rating star score review feedback opinion
complaint complain ticket issue case support
visit session traffic view hit
click event action interaction
message chat conversation comment
date day time
created registered signup joined added
expiry expire valid until due deadline
late delayed overdue due delivered
cancel cancelled canceled void
active enabled live
age birth born
student pupil learner
teacher instructor professor tutor
course class lesson subject
doctor physician practitioner
movie film title
song track music
book publication title
author writer
vehicle car
store shop branch outlet
warehouse depot storage
device phone mobile computer
log audit history trace
error failure fault exception
project task job
budget fund spending
subscription plan membership
`;

export type Synonyms = (stemmedWord: string) => ReadonlySet<string>;

const NONE: ReadonlySet<string> = new Set();

export function createSynonyms(): Synonyms {
  const byWord = new Map<string, Set<string>>();
  for (const line of GROUPS.trim().split('\n')) {
    const group = line.split(' ').map(stem);
    for (const word of group) {
      const known = byWord.get(word) ?? new Set();
      for (const other of group) if (other !== word) known.add(other);
      byWord.set(word, known);
    }
  }
  return (word) => byWord.get(word) ?? NONE;
}
