import type { Client } from 'urql';
import { FileStateDocument } from './gen/graphql';

const FIRST = 500;
const LONGEST = 5000;

interface Examined {
  readonly kept: boolean;
  /** Why it is not kept, as far as the server says. */
  readonly against: readonly string[];
}

/** Waits until the server has looked into a file that is whole. */
export async function examined(client: Client, file: string, waits: () => void): Promise<Examined> {
  for (let pause = FIRST; ; pause = Math.min(pause * 1.5, LONGEST)) {
    const { data } = await client.query(FileStateDocument, { id: file }).toPromise();
    const state = data?.file?.state;
    if (state === 'KEPT') return { kept: true, against: [] };
    if (state === 'REFUSED' || state === 'EXPIRED') return { kept: false, against: data?.file?.problems.map(({ message }) => message) ?? [] };
    if (data?.file?.waitsForScanner) waits();
    await new Promise((go) => setTimeout(go, pause));
  }
}
