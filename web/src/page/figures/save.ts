import { give } from '../../file/give';
import { csv } from './matrix';

type Table = readonly (readonly (string | number)[])[];

export function saveCsv(name: string, table: Table): void {
  give(`${name}.csv`, new Blob([csv(table)], { type: 'text/csv;charset=utf-8' }));
}

/** As numbers and texts; a text is never read as a formula. */
export async function saveXlsx(name: string, table: Table): Promise<void> {
  const { default: write } = await import('write-excel-file/browser');
  const rows = table.map((row, n) => row.map((value) => (typeof value === 'number' ? { value, type: Number } : { value, type: String, ...(n === 0 ? { fontWeight: 'bold' as const } : {}) })));
  await write(rows, { columns: (table[0] ?? []).map((_, n) => ({ width: n === 0 ? 32 : 12 })) }).toFile(`${name}.xlsx`);
}
