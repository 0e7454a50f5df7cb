// Owns the stages of a process: what was ordered, shipped and delivered is one thing at three times, and a
// word of one stage does not answer for another. Offered all the same: people mix them up. Pure.
import { factsOf } from './frame-difference.ts';
import type { Frame } from './frame.ts';

/** In each line any two groups (a/b are the same) are stages that exclude each other. */
const PROCESSES = `
  requested/request/requests/applied/application/applications issued/issuance/granted/approved/approval expired/expiry
  shipped/shipment/shipments/shipping/dispatched/dispatch delivered/delivery/deliveries/arrived returned/returns refunded/refund/refunds
  bought/purchased/purchase/purchases used
  cancelled/canceled/cancellation/cancellations refunded/refund/refunds
  billed/invoiced paid/payment/payments
  booked/reserved cancelled/canceled
  admitted discharged
  hired/joined left/quit/resigned/departed retired/retirement
  enrolled/enrolment/enrollment graduated/graduation
  subscribed/subscription renewed/renewal churned/churn
  nominated/nomination/nominations won
  submitted/submission/submissions accepted/acceptance published/publication
  viewed bought/purchased
  produced/manufactured sold
  reported/report/reports repaired/repair/repairs inspected/inspection/inspections
  filed/filing settled/settlement
  drafted signed
  authorised/authorized/authorise/authorize/authorises/authorizes destroyed/deleted/executed/performed/released
  installed/installation maintained/maintenance
`;
const STAGES: ReadonlyMap<string, readonly (readonly [line: number, stage: number])[]> = stagesOf();

function stagesOf(): Map<string, [number, number][]> {
  const places = new Map<string, [number, number][]>();
  for (const [line, text] of PROCESSES.trim().split('\n').entries()) {
    for (const [stage, words] of text.trim().split(/\s+/u).entries()) {
      for (const word of words.split('/'))
        places.set(word, [...(places.get(word) ?? []), [line, stage]]);
    }
  }
  return places;
}

/** Whether each says a stage that the other does not, and these are two of one process. */
export function otherStage(earlier: Frame, later: Frame): boolean {
  // "still works here" is "has not left".
  if (factsOf(earlier, 'negation').length !== factsOf(later, 'negation').length) return false;
  const [was, is] = [said(earlier), said(later)];
  return [...was].some(([line, stages]) => {
    const others = is.get(line);
    if (others === undefined) return false;
    const lacks = (one: ReadonlySet<number>, other: ReadonlySet<number>): boolean =>
      [...one].some((stage) => !other.has(stage));
    return lacks(stages, others) && lacks(others, stages);
  });
}

const DONE = /(?:ed|sold|bought|won|quit|left|paid|ise|ize|ises|izes)$/u;

/** "from order to shipment" and "the delivery date", not "any shipment" and "to the shipping address". */
function isMoment(tokens: Frame['tokens'], at: number): boolean {
  const text = (place: number): string => tokens[place]?.text ?? '';
  if (DATED.test(text(at + 1))) return true;
  const before = /^(?:the|its|their)$/u.test(text(at - 1)) ? at - 2 : at - 1;
  if (text(before) === 'of') return DATED.test(text(before - 1));
  return MOMENT.test(text(before)) && !NAMED.test(text(at + 1));
}

const DATED = /^(?:date|dates|time|times|day|month|year)$/u;
const MOMENT = /^(?:to|from|until|till|after|before|since|on|at|and)$/u;
const NAMED = /^(?:address|addresses|method|methods|cost|costs|fee|fees)$/u;

/** The stages of each line that a question says. */
function said({ tokens }: Frame): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const [at, { text, quoted }] of tokens.entries()) {
    const isStage = !quoted && (DONE.test(text) || isMoment(tokens, at));
    for (const [line, stage] of isStage ? (STAGES.get(text) ?? []) : [])
      found.set(line, (found.get(line) ?? new Set<number>()).add(stage));
  }
  return found;
}
