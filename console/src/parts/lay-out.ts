// Owns laying out a statement. Loaded by itself, since what does it is as large as the rest of the console.
import { formatDialect, postgresql } from 'sql-formatter';

/** @throws Error for what it cannot read. */
export const layOut = (sql: string): string =>
  formatDialect(sql, { dialect: postgresql, keywordCase: 'upper', indentStyle: 'tabularLeft' });
