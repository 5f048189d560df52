import { give } from '../../file/give';
import { csv, type Row, type Sheet } from './sheet';

export function saveCsv(name: string, sheet: Sheet): void {
  give(`${name}.csv`, new Blob([csv(sheet)], { type: 'text/csv;charset=utf-8' }));
}

/** As numbers and texts; a text is never read as a formula. Names and heads stay where one scrolls. */
export async function saveXlsx(name: string, { about, heads, rows }: Sheet): Promise<void> {
  const { default: write } = await import('write-excel-file/browser');
  const plain = (row: Row) => row.map((value) => (typeof value === 'number' ? { value, type: Number } : { value, type: String }));
  const bold = (row: Row) => row.map((value) => ({ value: String(value), type: String, fontWeight: 'bold' as const, wrap: true }));
  const table = [...about.map(plain), [], bold(heads), ...rows.map(plain)];
  await write(table, { columns: heads.map((_, n) => ({ width: n === 0 ? 32 : 12 })), stickyColumnsCount: 1, stickyRowsCount: about.length + 2 }).toFile(`${name}.xlsx`);
}
