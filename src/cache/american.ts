// Owns British spellings read as American ones, so that two spellings of a word are one word. Pure. What is
// respelled needs not be a word: it is only held against what was respelled likewise.

const OUR =
  /(?<=^(?:arm|behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|od|parl|rum|sav|sp|tum|val|vap|vig))our/u;
const TRE =
  /(?<=^(?:calib|cen|fib|lit|lust|me|millime|centime|kilome|millilit|sab|specta|thea))(t?)re(?=s?$)/u;
const ISE = /(?<=[a-z]{4})is(?=(?:e|ed|er|ers|es|ing|ation|ations|ational)$)/u;
const WHOLE: ReadonlyMap<string, string> = new Map([
  ['maths', 'math'],
  ['mathematics', 'math'],
  ['programme', 'program'],
  ['programmes', 'programs'],
  ['cheque', 'check'],
  ['cheques', 'checks'],
  ['licence', 'license'],
  ['licences', 'licenses'],
  ['tyre', 'tire'],
  ['tyres', 'tires'],
  ['grey', 'gray'],
  ['catalogue', 'catalog'],
  ['catalogues', 'catalogs'],
  ['dialogue', 'dialog'],
  ['defence', 'defense'],
  ['offence', 'offense'],
  ['aluminium', 'aluminum'],
  ['analyse', 'analyze'],
  ['analysed', 'analyzed'],
  ['jewellery', 'jewelry'],
  ['storey', 'story'],
  ['kerb', 'curb'],
  ['plough', 'plow'],
  ['sulphur', 'sulfur'],
  ['anaemia', 'anemia'],
  ['paediatric', 'pediatric'],
  ['paediatrics', 'pediatrics'],
  ['orthopaedic', 'orthopedic'],
  ['gynaecology', 'gynecology'],
  ['haemoglobin', 'hemoglobin'],
  ['oestrogen', 'estrogen'],
  ['diarrhoea', 'diarrhea'],
]);

/** @param word In lower case. */
export const american = (word: string): string =>
  WHOLE.get(word) ?? word.replace(OUR, 'or').replace(ISE, 'iz').replace(TRE, '$1er');
