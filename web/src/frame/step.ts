import { useRef } from 'react';
import { type CombinedError, type DocumentInput, useMutation } from 'urql';
import { newKey } from '../client/key';

interface Keyed {
  readonly idempotencyKey: string;
}

export interface Step<Data, Input extends Keyed> {
  /** What the server answered; nothing where there was no answer: then `error` says why. */
  readonly take: (input: Omit<Input, 'idempotencyKey'>) => Promise<Data | undefined>;
  readonly data: Data | undefined;
  readonly error: CombinedError | undefined;
  readonly fetching: boolean;
}

/** A step that is taken once: its key stays until there was an answer, and is another one as soon as something else is asked for. */
export function useStep<Data, Input extends Keyed>(document: DocumentInput<Data, { readonly input: Input }>): Step<Data, Input> {
  const [{ data, error, fetching }, send] = useMutation<Data, { readonly input: Input }>(document);
  const tried = useRef<{ readonly key: string; readonly of: string } | null>(null);

  async function take(input: Omit<Input, 'idempotencyKey'>): Promise<Data | undefined> {
    const of = JSON.stringify(input);
    const key = tried.current?.of === of ? tried.current.key : newKey();
    tried.current = { key, of };
    const answer = await send({ input: { ...input, idempotencyKey: key } as Input });
    if (!answer.error) tried.current = null;
    return answer.data;
  }
  return { take, data, error, fetching };
}
